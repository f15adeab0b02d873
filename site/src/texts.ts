import type { ErrorCode, Reason } from '../../wasm/engine.d.ts';

/** How a chat ended: what happened, and what can be done. */
export interface Ending {
  title: string;
  text: string;
}

/** Why the page cannot work here, or not any more. */
export type Trouble = 'wasm' | 'webrtc' | 'load' | 'stopped';

const errors: Record<ErrorCode, string> = {
  empty: 'The field is empty. Paste the link you were sent.',
  'too-long': 'That is far more text than a link. Paste only the message that holds the link.',
  'no-code': 'There is no invite or reply in that text. Copy the whole link and paste it again.',
  'several-codes': 'That text holds several different links. Paste only one.',
  cut: 'The end of that link is missing. Copy the whole link and paste it again.',
  version: 'That link was made by another version of tincan. Both of you: reload the page, then start again.',
  malformed: 'That link is damaged. Ask for it to be sent again, and copy all of it.',
  'want-invite':
    'That is a reply, but an invite belongs here. A reply goes into the tab where the invite was made.',
  'want-reply':
    'That is an invite, but a reply belongs here. Wait for the reply to your invite, or open that invite in a new tab.',
  'own-invite':
    'That is your own invite. Send it to the other person, and paste the reply that they send back.',
  'own-reply': 'That is your own reply. Send it to the person who invited you.',
  'other-invite':
    'That reply answers another invite. Ask the other person to open this link, or make a new one.',
  'already-used': 'That reply has been used already. Make a new link for a new chat.',
  'second-reply':
    'A second person replied to your invite, so more than one person has your link. Compare the safety words with Verify.',
  tries: 'Ten replies did not open, so this invite is spent. Make a new link.',
  'no-webrtc':
    'This browser does not allow direct connections. Allow WebRTC in its settings, or use another browser.',
  'no-addresses':
    'This device has no network address that the other person could reach. Check the network connection, then try again.',
  unreachable: 'No way to the other person was found. Try the same network, or another one, with a new link.',
  busy: 'A chat is open here already. Leave it first, or use a new tab.',
  'no-chat': 'There is no chat here any more. Start a new one.',
  'not-open': 'The chat is not connected yet. Try again in a moment.',
  'message-empty': 'The message is empty.',
  'message-too-long': 'The message is too long. Send it in parts.',
  'too-many-waiting': 'Too many messages are waiting to be sent. Try again when some have arrived.',
  ended: 'The chat has ended. Start a new one.',
  internal: 'Something went wrong in this page. Reload it and start again.',
};

const endings: Record<Reason, Ending> = {
  closed: {
    title: 'You left the chat',
    text: 'Its messages are gone from this page, and it stored nothing. Close the tab to clear its memory too.',
  },
  left: { title: 'The other person left', text: 'The chat has ended. To talk again, make a new link.' },
  lost: {
    title: 'Connection lost',
    text: 'The other person could not be reached any more. To go on, make a new link.',
  },
  unreachable: {
    title: 'No connection',
    text: 'The reply fits, but no network path between the two of you was found. Try again on the same network, or on another one.',
  },
  untrusted: {
    title: 'Chat stopped for safety',
    text: 'Something arrived that the other person’s tincan would not send, so the chat was closed and its keys wiped. Start again with a new link, sent another way.',
  },
  differ: {
    title: 'The safety words differ',
    text: 'Somebody may be between the two of you. The chat was closed and its keys wiped. Start again with a new link, sent another way.',
  },
  tries: {
    title: 'This invite is spent',
    text: 'Ten replies did not open. Make a new link and send it again.',
  },
  internal: {
    title: 'The chat stopped',
    text: 'Something went wrong in this page. Reload it and start again.',
  },
};

const troubles: Record<Trouble, Ending> = {
  wasm: {
    title: 'This browser cannot run tincan',
    text: 'It has no WebAssembly, or it is switched off. Use a current browser, or allow WebAssembly in its settings.',
  },
  webrtc: {
    title: 'This browser cannot run tincan',
    text: 'It does not allow direct connections (WebRTC). Allow WebRTC in its settings, or use another browser.',
  },
  load: {
    title: 'The page did not load completely',
    text: 'The engine is missing. Check the network connection and reload the page.',
  },
  stopped: { title: 'The engine stopped. Reload the page.', text: 'The chat in this tab has ended with it.' },
};

const statuses = {
  direct: 'Connected directly',
  local: 'Connected on the same network',
  relay: 'Connected through a relay',
  open: 'Connected',
  reconnecting: 'Reconnecting…',
  lost: 'Connection lost, trying again…',
  ended: 'Connection lost',
  left: 'The other person left',
} as const;

/** Where an open chat stands. */
export type ChatStatus = keyof typeof statuses;

const english = {
  name: 'tincan',
  tagline: 'A private chat for two.',
  pitch:
    'One link, no account, no server in between. Messages go straight from your device to theirs, encrypted.',
  newChat: 'New chat',
  makingLink: 'Making a link…',
  loading: 'Loading…',
  opening: 'Opening the link…',
  asksStun: (hosts: string[]) =>
    `To find your public network address, a new chat asks ${hosts.join(' and ')}. No other server is asked.`,
  asksNobody: 'No server is asked for anything: both of you need to be on the same network.',

  pasteLabel: 'Paste an invite or reply',
  pasteButton: 'Open',
  lostSecret:
    'Opened an invite and see this? Its secret part was lost on the way. Copy the whole link from the message and paste it above.',

  inviteTitle: 'Invite the other person',
  inviteText: 'Send them this link, any way you like. They send a reply back.',
  inviteLabel: 'Invite link',
  inviteQr: 'QR code of the invite link',
  copyLink: 'Copy link',
  share: 'Share',
  reveals: 'Anyone with this link learns your network address.',
  hereOnly: 'This link works on this computer only.',
  replyLabel: 'Reply',
  replyText: 'Paste what they send back, or just open it in this browser.',
  connect: 'Connect',
  connecting: 'Connecting…',
  waiting:
    'Waiting for the reply. Good while this page stays open; on different networks best within about 2 minutes.',
  newLink: 'New link',
  cancel: 'Cancel',

  joinTitle: 'You are invited to a private chat',
  joinText:
    'Nothing has been sent yet. Joining tells the person who invited you your network address, as the link told you theirs.',
  joinChat: 'Join chat',
  joining: 'Joining…',

  replyTitle: 'Your reply is ready',
  replyDo: 'One more step: send this back to the person who invited you. Keep this page open.',
  replyLinkLabel: 'Reply link',
  replyQr: 'QR code of the reply',
  copyReply: 'Copy reply',
  replyWaiting: 'Waiting for them to open it. On different networks best within about 2 minutes.',

  elsewhereTitle: 'A reply to an invite',
  elsewhereAsking: 'Looking for the tab that waits for this reply…',
  elsewhereTaken: 'Connected in your other tab.',
  elsewhereTakenHint: 'You can close this one.',
  elsewhereNobody:
    'This reply belongs to a chat waiting in another browser or app. Copy it and paste it there.',

  copied: 'Copied',
  pressToCopy: 'Press Ctrl+C, or long-press the text, to copy it.',
  copyFailed: 'Copying did not work. Select the text and copy it.',

  chatTitle: 'Chat',
  messages: 'Messages',
  message: 'Message',
  messageHint: 'Write a message',
  send: 'Send',
  retry: 'Send again',
  verify: 'Verify',
  leave: 'Leave',
  you: 'You',
  them: 'Them',
  trimmed: 'Older messages were dropped: the history had become too long.',
  emptyChat: 'You are connected. Say hello: only the two of you can read it.',
  sending: 'Sending',
  delivered: 'Delivered',
  failed: (code: ErrorCode | undefined) => `Not delivered. ${code === undefined ? '' : errors[code]}`.trim(),
  notVerified: 'Not verified',
  notVerifiedHint: 'Compare the safety words to be sure who this is.',
  verified: 'Verified',
  verifiedHint: 'The safety words match. This is about this chat only.',
  latest: 'Jump to latest',
  latestUnread: (count: number) => `Jump to latest, ${count} new`,
  unread: (count: number) => `${count} new`,
  tooLong: (bytes: number) =>
    `Too long by ${bytes.toLocaleString('en')} ${bytes === 1 ? 'byte' : 'bytes'}. Shorten it, or send it in parts.`,

  verifyTitle: 'Compare the safety words',
  verifyText:
    'Read them to each other over a call or in person. If all six are the same on both sides, nobody is in between.',
  verifyDigits: 'Or as numbers:',
  match: 'They match',
  differ: 'They differ',
  close: 'Close',

  leaveTitle: 'Leave this chat?',
  leaveText: 'Leaving ends it for both of you, and its messages are gone then.',
  leaveInviteTitle: 'Give up waiting?',
  leaveInviteText: 'The link you have works only while this page stays open.',
  stay: 'Stay',
  leaveAnyway: 'Leave anyway',

  reload: 'Reload the page',
  startPage: 'Start page',
  dismiss: 'Dismiss',
  keepOpenChat: 'A chat is going on in this tab. To open that invite, use a new tab.',
  keepOpenReply:
    'This tab waits until your reply is opened. To open that invite, cancel first or use a new tab.',

  errors,
  endings,
  troubles,
  statuses,
};

/** Every sentence the page shows, for one language. */
export type Texts = typeof english;

/** The sentences in use. */
export const texts: Texts = english;
