import { en } from './en.ts';
import { spoken, type Texts } from './sentences.ts';

/** The sentences in English, which are always there. */
export const english = spoken(en, 'en');

/** Why the page cannot work here, or not any more. */
export type Trouble = keyof Texts['troubles'];

/** Where an open chat stands. */
export type ChatStatus = keyof Texts['statuses'];

/** Where an open chat stands whose connection is lost. */
export type Apart = keyof Texts['apart'];
