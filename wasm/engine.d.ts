/**
 * The engine as the page sees it: a Go program in wasm. `main.go` puts one
 * function on the global object; `test/architecture` checks that the verbs,
 * events and codes below are those of the Go code.
 *
 * Every verb returns a promise. A failure rejects with an `EngineError`,
 * changes nothing and loses nothing, unless its code says otherwise.
 */

/** Starts the engine. */
export type StartEngine = (config: EngineConfig) => Promise<Engine>;

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
  /** A `repair` brings a chat back that is apart, and is worth something to that chat alone. */
  kind: 'invite' | 'reply' | 'repair';
  code: string;
  /**
   * Origin of the mailbox that takes the reply to this invite, which is that of the link it stood in. Empty for an
   * invite that wants the reply by hand, for any other code, and for a bare one.
   */
  mailbox: string;
}

/**
 * Makes chats, as many as are wanted, which know nothing of each other. `onevent` is told of one chat: one event at a
 * time, in order, the first once the promise has resolved, and some before a verb that is called has returned. What it
 * throws is reported, and costs that event alone.
 */
export interface Engine {
  readonly version: string;
  /** The one code in a pasted text, a link or a fragment. Decides nothing and contacts nobody. */
  find(text: string): Promise<Found>;
  /**
   * Makes an invite and waits for its reply. With `mailbox` the reply may come by itself through the mailbox of
   * `EngineConfig`. That is asked for half an hour at most: until the reply is here, and rarely then, until the safety
   * words are verified, for a second one.
   */
  create(network: Network, mailbox: boolean, onevent: (event: ChatEvent) => void): Promise<Chat>;
  /**
   * Answers an invite: resolves with the reply to hand back. From then on the other side can connect. With `mailbox`
   * the reply is also put into the mailbox of `EngineConfig`, if the invite names one.
   */
  join(
    invite: string,
    network: Network,
    mailbox: boolean,
    onevent: (event: ChatEvent) => void,
  ): Promise<Chat>;
  /**
   * Comes back to a chat whose page was reloaded: resolves with a repair to send to the other person, whose answer
   * `accept` takes. With `mailbox`, both go by themselves where the two have met through the mailbox. Rejects with
   * `malformed` where `saved` is nothing that `Chat.saved` has made.
   */
  returnTo(
    saved: Saved,
    network: Network,
    mailbox: boolean,
    onevent: (event: ChatEvent) => void,
  ): Promise<Chat>;
  /** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
  digest(text: string): Promise<string>;
}

/** What a page keeps of a chat, to come back to it after a reload. Whoever has it may come back in place of its owner. */
export interface Saved {
  /** base64url of 32 bytes: a secret, of which nothing that was said can be read. */
  ticket: string;
  role: 'inviter' | 'joiner';
  /** The two have met through the mailbox. */
  mailbox: boolean;
}

/**
 * One chat, from its invite or reply to its end. After its last event, `closed`, `diagnostics` says what it said then,
 * `typing`, `presence`, `read`, `leave` and `close` do nothing, and all other verbs reject with `ended`. The verbs need no `this`.
 */
export interface Chat {
  /** The invite of `create`, the reply of `join`, or the repair of `returnTo`. */
  readonly code: Code;
  /**
   * Applies the reply to the invite made by `create`. One that can't be used rejects with `other-invite` or
   * `malformed`. While the two are apart it takes a repair of the other side, at either of them: `no-repair` where
   * nothing needs one, `wrong-chat` for one of another chat, `own-repair` for one of this side. With `offered` true it
   * came from another tab and may belong to anybody: then it isn't counted, and a `second-reply` comes as an event, too.
   */
  accept: (text: string, offered: boolean) => Promise<void>;
  /** Leaves the reply in the mailbox again. Does nothing where there is none, or the reply still lies there. */
  leaveAgain: () => Promise<void>;
  /**
   * The page is seen again, or online again, or its person wants it: asks the mailbox at once, where there is one, and
   * ends the state `paused`.
   */
  askNow: () => Promise<void>;
  /**
   * This device may have come to another network: where the old one still carries, the chat goes over to the new one
   * before it breaks.
   */
  moved: () => Promise<void>;
  /**
   * A link with which the other side finds this one again, to hand over by any way there is while the two are apart;
   * `no-repair` where they are not. The same one until something comes of it.
   */
  repairLink: () => Promise<Code>;
  /** What to keep of this chat, anew after each `open` and `back`; `not-open` before the first. */
  saved: () => Promise<Saved>;
  /** Sends a text. Resolves with the message's id once it is on its way; `delivered` or `failed` follow. */
  send: (ref: string, text: string) => Promise<number>;
  /**
   * Does something with messages that were said, and tells the other person. Resolves with an id as `send` does, or with 0
   * where there is nothing to tell: the message had not gone yet, and is another now, or gone. `no-talk`: the other side
   * does not understand it; `no-message`: it cannot be done with that message, or not any more; `no-emoji`.
   */
  talk: (ref: string, what: Talk) => Promise<number>;
  /** Tells the other person whether this one looks at the chat. Something is sent at most every 30 s. */
  presence: (here: boolean) => Promise<void>;
  /** Tells the other person that this one has seen their messages up to `id`. Something is sent at most every 4 s. */
  read: (id: number) => Promise<void>;
  /**
   * Tells the other person of a file and resolves with its id; `ref` is as in `send`. `delivered` follows when they know
   * of it, `progress` when they want it, and `ended` in the end; `source` is read until then. `no-files`: the other side
   * takes none. `no-file`: there can be none with such a name, kind or size. `too-many-files`: sixteen are not over.
   */
  sendFile: (ref: string, file: FileAbout, source: FileSource) => Promise<number>;
  /** Has a file of the other person come, whose `ended` follows; `no-file` where it is over, or comes already. */
  keepFile: (id: number, sink: FileSink) => Promise<void>;
  /** Withdraws a file of ours, or refuses one of the other person, also in the middle. Does nothing where it is over. */
  stopFile: (ours: boolean, id: number) => Promise<void>;
  /**
   * Tells the other person that this one is writing. At most every 4 s is something sent; does nothing where the chat
   * is not open.
   */
  typing: () => Promise<void>;
  /** Records the comparison of the safety words. `false` tells the other side, wipes the keys and ends the chat. */
  verify: (match: boolean) => Promise<void>;
  /**
   * What this device found out about the way to the other one: states, kinds of candidates, timings, as lines of text.
   * No address, no name of a host, no secret.
   */
  diagnostics: () => Promise<string>;
  /** Ends the chat, and tells the other side that the person left. Resolves when its keys are overwritten. */
  leave: () => Promise<void>;
  /** Ends the chat as `leave` does, but tells the other side that the page was closed or reloaded. */
  close: () => Promise<void>;
}

/** A message, a text or a file: whose it is, and its id. */
export interface Said {
  ours: boolean;
  id: number;
}

/** What people do with messages. An edit and an unsend are of a message of who does it. */
export type Talk =
  /** a text that answers one */
  | { kind: 'answer'; about: Said; text: string }
  /** a text in place of one */
  | { kind: 'edit'; about: Said; text: string }
  /** it is taken back */
  | { kind: 'unsend'; about: Said }
  /** one emoji, or nothing in place of it */
  | { kind: 'reaction'; about: Said; text: string }
  /** its person wants messages to go after so many seconds: 0 for never, 300, 3600 or 86400 */
  | { kind: 'timer'; seconds: number };

/** What one side tells the other of a file. */
export interface FileAbout {
  /** 1 to 255 bytes of UTF-8. In an event it is a name that every system takes, and no path. */
  name: string;
  /** Its media type, as its maker says; up to 100 printable characters of ASCII without spaces, empty if unknown. */
  kind: string;
  /** In bytes. */
  size: number;
  /** It is a voice message. */
  voice: boolean;
}

/** A file to send. */
export interface FileSource {
  /** Fills `into` with what the file holds from `offset` on. One that rejects ends the sending of the file. */
  read: (into: Uint8Array<ArrayBuffer>, offset: number) => Promise<void>;
}

/** Where a file is kept. Its methods are called one at a time; one that rejects ends the file, as `unstorable`. */
export interface FileSink {
  /** Keeps the next bytes, a mebibyte at most. `bytes` is used again once it has resolved. */
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Forgets all that was written: the file comes from its beginning then. */
  restart: () => Promise<void>;
  /** Called after the last `write`. All is kept when it resolves. */
  finish: () => Promise<void>;
}

/** One safety word: an emoji and its English name. */
export interface SafetyWord {
  emoji: string;
  name: string;
}

/** What is told of a chat. */
export type ChatEvent =
  /**
   * Where the chat stands. `lost`: 15 s of silence, or the line broke; `trying`: the same, and another line is looked
   * for; `asking`: the mailbox is asked, too; `paused`: the same for half an hour, and nothing is looked for until
   * `askNow`. `open` may follow on each.
   */
  | { type: 'state'; state: 'waiting' | 'connecting' | 'open' | 'lost' | 'trying' | 'asking' | 'paused' }
  /** A link to send to the other person, who has sent one that was not enough by itself. */
  | { type: 'repair'; code: Code }
  /** It has been lost for a minute: nothing has come since then, in milliseconds since 1970. Once in each silence. */
  | { type: 'absent'; since: number }
  /** The chat is open, once. `digits` says the same as the six words, for reading aloud. */
  | {
      type: 'open';
      path: 'direct' | 'relay' | '';
      sas: SafetyWord[];
      digits: string[];
    }
  /**
   * One of the two has come back after a reload. `fresh`: the keys are new, and so are the safety words. At the side
   * that was reloaded it follows on `open`; at the other, which has not lost anything, it comes at any time.
   */
  | {
      type: 'back';
      fresh: true;
      path: 'direct' | 'relay' | '';
      sas: SafetyWord[];
      digits: string[];
    }
  /** The two found a better way to each other, or lost the one they had. */
  | { type: 'path'; path: 'direct' | 'relay' }
  /** How the way of the reply through the mailbox stands. The way by hand is open whatever it says. */
  | { type: 'mailbox'; state: MailboxState }
  /** A text from the other person. `about` is the message that it answers. */
  | { type: 'message'; id: number; text: string; about?: Said }
  /** The other person does something with messages. `id` numbers it among theirs. */
  | ({ type: 'talk'; id: number } & Exclude<Talk, { kind: 'answer' }>)
  /** What the other side understands, when it is there and when it is back. */
  | { type: 'can'; files: boolean; talk: boolean }
  /** The other person looks at the chat, or does not any more, and shows it. */
  | { type: 'presence'; here: boolean }
  /** The other person has seen our messages up to `id`, and shows it. */
  | { type: 'read'; id: number }
  /** A file of the other person, of which nothing has come. */
  | ({ type: 'file'; id: number } & FileAbout)
  /** How far a file is: `done` bytes of it are stored at its receiver. Comes about every second while it moves. */
  | { type: 'progress'; ours: boolean; id: number; done: number }
  /** A file is over. For one of the other side no call of its sink begins after it. */
  | { type: 'ended'; ours: boolean; id: number; how: FileEnd }
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

/** How a file ended, told with `ended`. */
export type FileEnd =
  /** all of it is stored at its receiver */
  | 'whole'
  /** its receiver does not want it */
  | 'refused'
  /** its sender does not give it any more */
  | 'withdrawn'
  /** its sender cannot read it */
  | 'unreadable'
  /** its receiver cannot store it */
  | 'unstorable'
  /** the chat ended, or its sender's page was reloaded */
  | 'lost';

/** Where a chat stands, told with `state`. */
export type State = Extract<ChatEvent, { type: 'state' }>['state'];

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
  /** joiner: five minutes are over without a connection: `leaveAgain` leaves it again */
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
  /** Where `create` or `join` failed: what was found out until then, as `Chat.diagnostics` tells it. */
  diagnostics?: string;
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
  | 'want-repair'
  | 'own-invite'
  | 'own-reply'
  | 'own-repair'
  | 'other-invite'
  | 'wrong-chat'
  | 'already-used'
  | 'no-repair'
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
  | 'not-open'
  | 'message-empty'
  | 'message-too-long'
  | 'too-many-waiting'
  | 'no-files'
  | 'no-file'
  | 'too-many-files'
  | 'no-talk'
  | 'no-message'
  | 'no-emoji'
  | 'ended'
  | 'internal';
