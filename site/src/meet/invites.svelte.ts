import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import { Meeting } from './meeting.svelte.ts';
import type { Place } from './place.ts';

/** Makes invites, as long as the host that their links lead to answers. */
export class Invites {
  readonly #place: Place;
  readonly #hostAnswers: () => Promise<boolean>;
  #making = $state.raw<Meeting>();
  #asksHost = $state(false);
  #hostGone = $state(false);

  /** `hostAnswers` asks whether links still lead to a page. */
  constructor(place: Place, hostAnswers: () => Promise<boolean>) {
    this.#place = place;
    // Who wants no server asked, or hides from all but a relay, is taken at their word.
    this.#hostAnswers = async () => place.network.network.mode !== 'all' || hostAnswers();
  }

  /** One is being made. */
  get making(): boolean {
    return this.#making !== undefined;
  }
  /** The meeting whose link is being made. */
  get next(): Meeting | undefined {
    return this.#making;
  }
  /** Another link is being made, which the one on the screen will not outlive. */
  get replacing(): boolean {
    return this.making || this.#asksHost;
  }
  /** No link was made, for the host of the page does not answer; see `linkAnyway`. */
  get hostGone(): boolean {
    return this.#hostGone;
  }

  /** Makes an invite; unless `anyway`, only where the host of the page answers, which is asked meanwhile. */
  async create(anyway = false): Promise<void> {
    const place = this.#place;
    const { engine, screen } = place;
    if (!engine || place.busy || this.#asksHost) return;
    this.#hostGone = false;
    place.unsay();
    const answers = anyway || this.#hostAnswers();
    const meeting = new Meeting(engine, place.outcome);
    this.#making = meeting;
    // Whoever has gone elsewhere meanwhile is not fetched back.
    const wanted = () => place.engine !== undefined && place.screen === screen;
    try {
      await meeting.begin(place.network.network, place.through);
      const leadsHere = await answers;
      if (wanted() && leadsHere) {
        place.show('invite', meeting);
        return;
      }
      this.#hostGone = wanted();
      await place.giveUp(meeting);
    } catch (error) {
      if (!wanted()) return;
      place.show('home');
      place.fail({ at: 'new', code: codeOf(error) });
    } finally {
      this.#making = undefined;
    }
  }

  /** Gives up the invite, or ends the chat, and makes another invite. */
  async newLink(anyway = false): Promise<void> {
    const place = this.#place;
    if (place.busy || this.#asksHost) return;
    this.#hostGone = false;
    // What is pending is not given up for a link that leads nowhere.
    const asked = place.pending && !anyway;
    if (asked) {
      const { screen, standing } = place;
      this.#asksHost = true;
      const answers = await this.#hostAnswers();
      this.#asksHost = false;
      // A reply may have come meanwhile, or the other person be back.
      if (place.screen !== screen || place.standing !== standing || place.busy) return;
      this.#hostGone = !answers;
      if (!answers) return;
    }
    // What was said goes at once; a link stays on the screen until there is another.
    if (place.screen === 'chat') place.show('home');
    else void place.giveUp(place.meeting);
    await this.create(anyway || asked);
  }

  /** Makes a link although the host of the page does not answer. */
  async linkAnyway(): Promise<void> {
    await (this.#place.pending ? this.newLink(true) : this.create(true));
  }

  dismissHostGone(): void {
    this.#hostGone = false;
  }

  /** Gives up a link that grew old, and that nobody can have. */
  async renew({ age }: Meeting): Promise<void> {
    // That the host is there was seen when the first one was made, and nobody would see an answer.
    await this.newLink(true);
    if (this.#place.meeting?.invite) this.#place.tell(texts.renewed({ lasting: age }));
  }
}
