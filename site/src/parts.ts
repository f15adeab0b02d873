/* What is loaded beside the engine, after the first screen: all that can't be used before it. */

export { default as Chat } from './Chat.svelte';
export { default as Invite } from './Invite.svelte';
export { default as Join } from './Join.svelte';
export { default as LeaveDialog } from './LeaveDialog.svelte';
export { default as Network } from './Network.svelte';
export { default as Reply } from './Reply.svelte';
export { default as ReplyElsewhere } from './ReplyElsewhere.svelte';
export { default as Scan } from './Scan.svelte';
export { default as Settings } from './Settings.svelte';
export { default as Shortcuts } from './Shortcuts.svelte';
