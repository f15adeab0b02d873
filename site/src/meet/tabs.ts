/**
 * A reply link opens in a tab of its own, but the chat waits in the tab that made the invite. This lets tabs of
 * one browser profile find each other: the new tab asks all of them, and the one whose invite the reply answers says so.
 * A tab says nothing of a reply to other invites, so that nobody learns of an invite without knowing its secret.
 */

/** What the tab that made the invite says: it has taken the reply, or had taken another one before. */
export type Whose = 'taken' | 'used';

/** What is known of a reply that may belong to another tab: nobody is asked before this person wants it. */
export type Answer = 'opened' | 'asking' | Whose | 'nobody';

/** Asks the other tabs whose reply this is; see ReplyTabs. */
export type AskTabs = (reply: string, answered: (whose: Whose | 'nobody') => void) => void;

type TabMessage = { type: 'ask'; id: string; reply: string } | { type: Whose; id: string };

/** How long a tab has to answer before the person is told that nobody did. */
export const answerWithin = 1000;

/** In letters: the longest reply has 408, with its end. */
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

  /** `offer` tries a reply of another tab on this tab's chat; undefined: it belongs to no invite of this tab. */
  constructor(offer: (reply: string) => Promise<Whose | undefined>) {
    this.#offer = offer;
    this.#channel = new BroadcastChannel('tincan-reply');
    this.#channel.onmessage = (event: MessageEvent<unknown>) => this.#hear(event.data);
  }

  /**
   * Asks the other tabs whose reply this is. `answered` is called with `nobody` when none has said so within a
   * second, and with its answer whenever one does, even after that: a tab in the background may be slow.
   */
  ask(reply: string, answered: (whose: Whose | 'nobody') => void): void {
    const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
    const patience = setTimeout(() => answered('nobody'), answerWithin);
    this.#asked.set(id, (whose) => {
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
    switch (message?.type) {
      case 'ask':
        if (this.#waiting.length < maxWaiting) this.#waiting.push(message);
        void this.#tryAll();
        break;
      case 'taken':
      case 'used': {
        const answered = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        answered?.(message.type);
        break;
      }
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
  if (type === 'taken' || type === 'used') return { type, id };
  if (type === 'ask' && typeof reply === 'string' && reply.length <= maxReply) return { type, id, reply };
  return undefined;
}
