/**
 * The engine as the page sees it: a Go program in wasm. `main.go` puts one
 * function on the global object; `test/architecture` checks that the verbs,
 * events and codes below are those of the Go code.
 *
 * Every verb returns a promise. A failure rejects with an `EngineError`,
 * changes nothing and loses nothing, unless its code says otherwise.
 */

/** Starts the engine. `onevent` is called from a task of its own, one event at a time, in order. */
export type StartEngine = (config: EngineConfig, onevent: (event: EngineEvent) => void) => Promise<Engine>;

export interface EngineConfig {
  /** What links begin with, up to but without the `#`: an origin and path the other person can reach. */
  site: string;
  /** Accept and offer loopback addresses: only where the page's own host is a loopback one. */
  loopback: boolean;
  /** Origin of the mailbox, the page's own, such as `https://chat.example`; empty where there is none. */
  mailbox: string;
}

/** Which ways to the other person may be tried, and which servers asked. Settled before anything is revealed. */
export interface Network {
  /**
   * `all`: every way. `local`: no server is asked at all. `relay`: no address of this device is told to anybody
   * but the TURN servers; `no-relay` where none is named.
   */
  mode: 'all' | 'local' | 'relay';
  /** STUN servers as `host:port`. */
  stun: string[];
  turn: TurnServer[];
}

/** A relay. `url` is `turn:host:port`, with `?transport=tcp` for a network that blocks UDP, or `turns:…` over TLS. */
export interface TurnServer {
  url: string;
  username: string;
  credential: string;
}

/** A link to send, and the text its QR code holds (same code, other alphabet). */
export interface Code {
  link: string;
  qr: string;
  /**
   * For how many seconds the public address in it is kept alive, measured for this engine: after that somebody on
   * another network may not get through. 0: for as long as the page stays open.
   */
  goodFor: number;
}

/** What a text holds. `code` is the bare code without site or surroundings. */
export interface Found {
  kind: 'invite' | 'reply';
  code: string;
  /**
   * Origin of the mailbox that takes the reply to this invite, which is that of the link it stood in. Empty for an
   * invite that wants the reply by hand, for a reply, and for a bare code.
   */
  mailbox: string;
}

export interface Engine {
  readonly version: string;
  /** The one code in a pasted text, a link or a fragment. Decides nothing and contacts nobody. */
  find(text: string): Promise<Found>;
  /**
   * Makes an invite and waits for its reply. One chat at a time: `busy` otherwise. With `mailbox` the reply may come
   * by itself through the mailbox of `EngineConfig`. That is asked for half an hour at most: until the reply is here, and
   * rarely then, until the safety words are verified, for a second one.
   */
  create(network: Network, mailbox: boolean): Promise<Code>;
  /**
   * Answers an invite: resolves with the reply to hand back. From then on the other side can connect. With `mailbox`
   * the reply is also put into the mailbox of `EngineConfig`, if the invite names one.
   */
  join(invite: string, network: Network, mailbox: boolean): Promise<Code>;
  /** Puts the reply into the mailbox again. Does nothing where there is none, or the reply still lies there. */
  put(): Promise<void>;
  /** Asks the mailbox at once: the page is seen again, or online again. Does nothing where there is none. */
  take(): Promise<void>;
  /**
   * Applies the reply to the invite made by `create`. One that can't be used rejects with `other-invite` or
   * `malformed`. With `offered` true it came from another tab and may belong to anybody: then it isn't counted, and
   * a `second-reply` comes as an event, too.
   */
  accept(reply: string, offered: boolean): Promise<void>;
  /** Sends a text. Resolves with the message's id once it is on its way; `delivered` or `failed` follow. */
  send(ref: string, text: string): Promise<number>;
  /**
   * Tells the other person that this one is writing. At most every 4 s is something sent; does nothing where the chat
   * is not open.
   */
  typing(): Promise<void>;
  /** Records the comparison of the safety words. `false` tells the other side, wipes the keys and ends the chat. */
  verify(match: boolean): Promise<void>;
  /**
   * What this device found out about the way to the other one, of the chat that is or was last: states, kinds of
   * candidates, timings, as lines of text. No address, no name of a host, no secret.
   */
  diagnostics(): Promise<string>;
  /** Ends the chat, if there is one, and tells the other side that the person left. The engine is free for a new one. */
  leave(): Promise<void>;
  /** Ends the chat as `leave` does, but tells the other side that the page was closed or reloaded. */
  close(): Promise<void>;
}

/** One safety word: an emoji and its English name. */
export interface SafetyWord {
  emoji: string;
  name: string;
}

export type EngineEvent =
  /** Where the chat stands. `lost`: 15 s of silence; `open` may follow again. */
  | { type: 'state'; state: 'waiting' | 'connecting' | 'open' | 'lost' }
  /** It has been lost for a minute: nothing has come since then, in milliseconds since 1970. Once in each silence. */
  | { type: 'absent'; since: number }
  /** The chat is open, once. `digits` says the same as the six words, for reading aloud. */
  | { type: 'open'; path: 'direct' | 'relay' | ''; sas: SafetyWord[]; digits: string[] }
  /** The two found a better way to each other, or lost the one they had. */
  | { type: 'path'; path: 'direct' | 'relay' }
  /** How the way of the reply through the mailbox stands. The way by hand is open whatever it says. */
  | { type: 'mailbox'; state: MailboxState }
  /** A text from the other person. */
  | { type: 'message'; id: number; text: string }
  /** The other person is writing: comes again every few seconds while they do. */
  | { type: 'typing' }
  /** Our message `id` is on the other person's device. */
  | { type: 'delivered'; id: number }
  /** Our message will not arrive. */
  | { type: 'failed'; ref: string; id: number; code: ErrorCode }
  /** Something the person should know; the chat goes on. */
  | { type: 'error'; code: ErrorCode }
  /** The chat has ended and its keys are gone. */
  | { type: 'closed'; reason: Reason };

/** How the mailbox stands, told with `mailbox`. */
export type MailboxState =
  /** inviter: it answers, and the reply isn't there yet */
  | 'asked'
  /** inviter: what lies there is of no use with this invite: somebody else may have the link */
  | 'foreign'
  /** joiner: the reply is on its way there */
  | 'leaving'
  /** joiner: the reply lies there, for five minutes */
  | 'left'
  /** joiner: five minutes are over without a connection: `put` leaves it again */
  | 'expired'
  /** joiner: another reply was there first, an earlier one of this person or somebody else's */
  | 'occupied'
  /** both: it does not do what it should, and is tried again */
  | 'silent'
  /** both: half an hour is over, it isn't asked any more */
  | 'over';

/** Why a chat ended. */
export type Reason =
  /** this side closed it */
  | 'closed'
  /** the other person left */
  | 'left'
  /** the other person closed or reloaded the page, or ended the program */
  | 'other-closed'
  /** the other person says that the safety words differ */
  | 'other-differ'
  /** the channel ended without a goodbye */
  | 'lost'
  /** no path between the two was found */
  | 'unreachable'
  /** a frame that only an attacker or a broken program sends */
  | 'untrusted'
  /** this person says that the safety words differ */
  | 'differ'
  /** ten different replies could not be used */
  | 'tries'
  /** a fault of ours */
  | 'internal';

/** Thrown by verbs and carried by events; `message` is a sentence for the person. */
export interface EngineError extends Error {
  code: ErrorCode;
}

export type ErrorCode =
  | 'empty'
  | 'too-long'
  | 'no-code'
  | 'several-codes'
  | 'cut'
  | 'version'
  | 'malformed'
  | 'want-invite'
  | 'want-reply'
  | 'own-invite'
  | 'own-reply'
  | 'other-invite'
  | 'already-used'
  | 'second-reply'
  | 'tries'
  | 'no-webrtc'
  | 'no-addresses'
  | 'unreachable'
  | 'stun-silent'
  | 'udp-blocked'
  | 'symmetric'
  | 'symmetric-pair'
  | 'hidden-address'
  | 'old-link'
  | 'nobody-came'
  | 'no-relay'
  | 'relay-silent'
  | 'busy'
  | 'no-chat'
  | 'not-open'
  | 'message-empty'
  | 'message-too-long'
  | 'too-many-waiting'
  | 'ended'
  | 'internal';
