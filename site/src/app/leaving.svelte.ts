import { texts } from '../language/language.svelte.ts';
import type { Page } from './page.svelte.ts';

/** What the person is asked about before it ends: all that goes on here, or a link that another one replaces. */
export type Asking = 'leave' | 'link';

/**
 * Ends what goes on here, to leave it or to make another link. Where something would be lost with that, it asks
 * first: `asking` is then what the question is about, until the person has answered it.
 */
export class Leaving {
  readonly #page: () => Page;
  #asking = $state<Asking>();
  /** What the person wants of the mailbox, where another link is made for that. */
  #mailbox: boolean | undefined;

  /** Belongs to a component, in whose script it is made. */
  constructor(page: () => Page) {
    this.#page = page;
    // Nobody leaves for a new link when the other person, for whose absence it was wanted, is back.
    $effect(() => {
      const { conversation } = page();
      if (this.#asking === 'link' && conversation && !conversation.outage.absentSince) this.stay();
    });
  }

  get asking(): Asking | undefined {
    return this.#asking;
  }

  /** Asks in any case: nobody presses Back to leave this page and all that is on it. */
  ask(): void {
    this.#asking = 'leave';
  }

  /** Nothing ends. */
  stay(): void {
    this.#asking = undefined;
  }

  leave(): void {
    const page = this.#page();
    if (this.#atStake) this.ask();
    else void page.leave();
  }

  newLink(): void {
    this.#mailbox = undefined;
    this.#replaceLink();
  }

  /** Whether there is a mailbox is written in the link, so that another choice takes another link. */
  chooseMailbox(on: boolean): void {
    if (this.#page().busy) return;
    this.#mailbox = on;
    this.#replaceLink();
  }

  /** Leaving would end what was said or written here, or a link or reply that somebody may hold. */
  get #atStake(): boolean {
    const { pending, screen, meeting, conversation } = this.#page();
    if (!pending) return false;
    if (screen === 'chat') return conversation?.atStake ?? false;
    if (screen === 'returning') return true;
    return screen === 'reply' || (meeting?.given ?? false);
  }

  #replaceLink(): void {
    const page = this.#page();
    // A link that grew old or leads nowhere is no loss.
    const useless = page.meeting?.stale || page.meeting?.stuck;
    if (page.screen === 'chat' || (this.#atStake && !useless)) this.#asking = 'link';
    else void this.makeLink();
  }

  /** Makes the link that was wanted, in place of what goes on here. */
  async makeLink(): Promise<void> {
    const page = this.#page();
    const before = page.screen === 'invite' && this.#atStake ? page.meeting : undefined;
    this.stay();
    const choice = this.#mailbox;
    if (choice !== undefined) page.mailbox.choose(choice);
    await page.invites.newLink(choice !== undefined);
    if (before && page.meeting?.invite && page.meeting !== before) page.tell(texts.newLinkMade);
    // Whoever moved the switch goes on beside it.
    if (choice !== undefined) return;
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('[data-focus]')?.focus();
  }
}
