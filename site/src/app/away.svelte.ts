import { Absence } from '../life/absence.ts';
import { keeps } from '../life/kept.ts';
import type { Pending } from '../life/pending.ts';
import type { Invites } from '../meet/invites.svelte.ts';
import type { Place } from '../meet/place.ts';

/** What becomes of a chat, an invite or a reply when nobody looks: the page is hidden, frozen, closed, or shown again. */
export class Away {
  readonly #page: Place;
  readonly #invites: Invites;
  readonly #absence = new Absence();
  #gone = $state<Pending>();
  #left: Pending | undefined;

  constructor(page: Place, invites: Invites) {
    this.#page = page;
    this.#invites = invites;
  }

  /** What was pending when this page, or its engine, went. */
  get gone(): Pending | undefined {
    return this.#page.screen === 'away' ? this.#gone : undefined;
  }
  /** What a reload would have to tell. What has been told is not told again. */
  get kept(): Pending | undefined {
    const { pending, screen } = this.#page;
    if (!pending) return undefined;
    return screen === 'returning' ? 'chat' : (screen as Pending);
  }
  /** The page was frozen until a moment ago, and what ended meanwhile ended for that. */
  get justBack(): boolean {
    return this.#absence.justBack;
  }

  /** Something is pending from now on: `tick` begins. */
  waiting(): void {
    this.#page.meeting?.tick();
    this.#absence.start();
  }

  /** Called every second while something is pending. `seen`: the page isn't in the background. */
  tick(seen: boolean): void {
    const { meeting, screen, busy } = this.#page;
    meeting?.tick();
    this.#absence.beat();
    // A link that nobody can have is replaced in silence, once somebody looks at it.
    if (seen && screen === 'invite' && meeting?.outlived && !meeting.given && !busy)
      void this.#invites.renew(meeting);
  }

  /** The browser shows or thaws the page. */
  returned(): void {
    this.#absence.returned();
  }

  /** The page goes, and its engine with it. The browser may keep the page and show it once more. */
  pageHidden(): void {
    // The chat outlives this, and what is not written down does not.
    if (keeps()) return;
    this.#left = this.kept;
    // The other person is told, if the browser leaves the time for it.
    void this.#page.meeting?.close();
  }

  /** The page was kept by the browser and is shown once more. */
  pageShown(): void {
    const left = this.#left;
    this.#left = undefined;
    if (left) this.ended(left);
  }

  /** This was pending when the page went away, and is no more. */
  ended(gone: Pending): void {
    const { screen } = this.#page;
    if (screen === 'unusable' || screen === 'wiped') return;
    this.#page.show('away');
    this.#gone = gone;
  }

  /** It was pending in a tab that this one is a copy of, and has not ended there. */
  notEnded(): void {
    if (this.#page.screen === 'away') this.#page.show('home');
  }
}
