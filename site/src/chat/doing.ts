/* What is loaded when something is first done with a message. */

export { default as Actions } from './Actions.svelte';
export { default as TimerDialog } from './TimerDialog.svelte';
