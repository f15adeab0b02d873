/* What is loaded beside the engine, after the first screen: all that is of no use before the engine is there. */

export { default as Chat } from '../chat/Chat.svelte';
export { converse } from '../chat/converse.ts';
export { default as Invite } from '../meet/Invite.svelte';
export { default as Join } from '../meet/Join.svelte';
export { default as LeaveDialog } from './LeaveDialog.svelte';
export { default as Network } from '../network/Network.svelte';
export { default as Reply } from '../meet/Reply.svelte';
export { default as ReplyElsewhere } from '../meet/ReplyElsewhere.svelte';
export { default as Return } from '../meet/Return.svelte';
export { default as Scan } from '../scan/Scan.svelte';
export { default as Settings } from '../settings/Settings.svelte';
export { default as Shortcuts } from './Shortcuts.svelte';
