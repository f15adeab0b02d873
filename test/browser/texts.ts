/** The sentences of the page, in the language that the browsers of the tests speak. */
export { english as texts } from '../../site/src/language/english.ts';
