/**
 * A reply link opens in a tab of its own, but the chat waits in the tab that made the invite; and a repair link does,
 * whose chat is in another tab as well. This lets tabs of one browser profile find each other: the new tab asks all of
 * them, and the one whose it is says so. A tab says nothing of a reply to other invites or of a repair of other chats,
 * so that nobody learns of an invite without knowing its secret, or of a chat without being in it.
 */

/**
 * What the tab says that a code belongs to. Of a reply: it has taken it, or had taken another one before. Of a repair:
 * the chat goes on with it, or it was made there. `needless`: that chat is connected.
 */
export type Whose = 'taken' | 'used' | 'back' | 'needless' | 'own';

/**
 * What is known of a code that may belong to another tab. Of a reply nobody is asked before this person wants it; a
 * repair does nothing but what its two people have wanted before.
 */
export type Answer = 'opened' | 'asking' | 'nobody' | 'looking' | 'nowhere' | Whose;

/** Asks the other tabs whose reply or repair this is; see ReplyTabs. */
export type AskTabs = (code: string, answered: (whose: Whose | 'nobody') => void) => void;

type TabMessage = { type: 'ask'; id: string; reply: string } | { type: Whose; id: string };

const answers: readonly Whose[] = ['taken', 'used', 'back', 'needless', 'own'];

/** How long a tab has to answer before the person is told that nobody did. */
export const answerWithin = 1000;

/** In letters: the longest reply or repair has 408, with its end. */
const maxReply = 512;

/** So many offers may wait while one is tried. Further ones are dropped, as a page that misbehaves may send thousands. */
const maxWaiting = 4;

/** So much time passes between two offers that are tried, for each costs the engine some work; in milliseconds. */
const pause = 50;

/** One end of the conversation between the tabs of this page. */
export class ReplyTabs {
  readonly #channel: BroadcastChannel;
  readonly #offer: (reply: string) => Promise<Whose | undefined>;
  readonly #asked = new Map<string, (whose: Whose) => void>();
  readonly #waiting: { id: string; reply: string }[] = [];
  #trying = false;

  /** `offer` tries a code of another tab on this tab's chat; undefined: it does not belong to that. */
  constructor(offer: (reply: string) => Promise<Whose | undefined>) {
    this.#offer = offer;
    this.#channel = new BroadcastChannel('tincan-reply');
    this.#channel.onmessage = (event: MessageEvent<unknown>) => this.#hear(event.data);
  }

  /**
   * Asks the other tabs whose reply or repair this is. `answered` is called with `nobody` when none has said so within a
   * second, and with its answer whenever one does, even after that: a tab in the background may be slow. `needless`
   * stands in the place of `nobody`.
   */
  ask(reply: string, answered: (whose: Whose | 'nobody') => void): void {
    const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
    let otherwise: Whose | 'nobody' = 'nobody';
    const patience = setTimeout(() => answered(otherwise), answerWithin);
    this.#asked.set(id, (whose) => {
      if (whose === 'needless') {
        otherwise = whose;
        return;
      }
      this.#asked.delete(id);
      clearTimeout(patience);
      answered(whose);
    });
    this.#post({ type: 'ask', id, reply });
  }

  /** Stops listening. */
  close(): void {
    this.#waiting.length = 0;
    this.#channel.close();
  }

  #hear(data: unknown): void {
    const message = parse(data);
    if (message?.type === 'ask') {
      if (this.#waiting.length < maxWaiting) this.#waiting.push(message);
      void this.#tryAll();
    } else if (message) {
      this.#asked.get(message.id)?.(message.type);
    }
  }

  /** Tries the offers that wait, one after the other. */
  async #tryAll(): Promise<void> {
    if (this.#trying) return;
    this.#trying = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const type = await this.#offer(next.reply);
      if (type) this.#post({ type, id: next.id });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#trying = false;
  }

  #post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }
}

/** Other tabs may run another version of this page, so what they say is checked like any input. */
function parse(data: unknown): TabMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { type, id, reply } = data as Record<string, unknown>;
  if (typeof id !== 'string') return undefined;
  if (answers.some((answer) => answer === type)) return { type: type as Whose, id };
  if (type === 'ask' && typeof reply === 'string' && reply.length <= maxReply) return { type, id, reply };
  return undefined;
}
