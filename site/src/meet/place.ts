import type { Engine } from '../../../wasm/engine.d.ts';
import type { NetworkChoice } from '../network/network.svelte.ts';
import type { MailboxChoice } from './mailbox.svelte.ts';
import type { Meeting } from './meeting.svelte.ts';
import type { Outcome, Problem } from './outcome.ts';

export type Screen =
  | 'home'
  | 'opening'
  | 'invite'
  | 'join'
  | 'reply'
  | 'reply-elsewhere'
  /** The page was reloaded, and comes back to its chat. */
  | 'returning'
  | 'chat'
  | 'ended'
  | 'away'
  | 'unusable'
  /** Nothing is shown any more. */
  | 'wiped';

/** The page, as those see it who take somebody from one of its screens to another. */
export interface Place {
  /** Undefined before it has started, and after it has stopped. */
  readonly engine: Engine | undefined;
  readonly screen: Screen;
  /** How the two come together, from the invite on. It is there for as long as their chat. */
  readonly meeting: Meeting | undefined;
  /** What becomes of each meeting of this page. */
  readonly outcome: Outcome;
  /** Which ways the next chat may try. */
  readonly network: NetworkChoice;
  /** Whether the reply to the next invite may come back by itself. */
  readonly mailbox: MailboxChoice;
  /** Host of the mailbox that the reply to the next invite may lie in; empty: it goes by hand. */
  readonly through: string;
  /** What links begin with. */
  readonly site: string;
  /** Going to another screen would lose a chat, or an invite or reply that somebody holds. */
  readonly pending: boolean;
  /** Where the engine says that the chat or the meeting stands. */
  readonly standing: string;
  /** A link is being made. */
  readonly making: boolean;
  /** A link is being made, an invite answered or a reply tried. */
  readonly busy: boolean;
  /** A reply can still be applied, even while one is being tried. */
  readonly awaitsReply: boolean;
  /** Goes to a screen, with this meeting, and lets go of all that was on the last one. */
  show(screen: Screen, meeting?: Meeting): void;
  /** The meeting on the screen is given up, and shown until there is another. */
  giveUp(meeting: Meeting | undefined): Promise<void>;
  /** Says something that belongs to no field. */
  tell(sentence: string): void;
  /** Says what did not work, where it belongs. */
  fail(problem: Problem): void;
  /** What was said about the last thing that the person did is said no more. */
  unsay(): void;
  /** What did not work is said no more. */
  unsayProblem(): void;
}
