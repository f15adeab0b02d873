// DynamoDB's stand-in for tests, in memory and on loopback. It prints its address,
// and ends when its input does, so that it never outlives who started it.
import dynalite from 'dynalite';

const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
