import type { Source } from './source.ts';

/** Every sentence the page shows. `{name}` stands for what is put in: parameters.ts says what that is. */
export const en = {
  nativeReader: true,
  name: 'tincan',
  tagline: 'A private chat for two.',
  pitch:
    'One link, no account, no server in between. Messages go straight from your device to theirs, encrypted.',
  newChat: 'New chat',
  makingLink: 'Making a link…',
  configUnread:
    'The settings of this site did not load, so its servers are not used. Reload the page to try again.',
  loading: 'Loading…',
  opening: 'Opening the link…',
  keptHere: 'Works offline on this device.',
  newVersion: 'A new version of tincan is here.',
  updateNow: 'Update now',

  /** Which servers hear of a chat; see network/asks.ts. */
  asksNobody: 'No server is asked, so both of you need to be on the same network.',
  asksStun: 'To find your public network address, a chat asks {stun}.',
  asksRelay: {
    one: 'Where there is no direct way, {relays} passes the encrypted chat on.',
    other: 'Where there is no direct way, {relays} pass the encrypted chat on.',
  },
  asksMailbox: 'The reply goes through {mailbox}.',
  asksNoOther: 'No other server is asked.',
  asksNoOtherNear: 'No other server is asked, so both of you need to be on the same network.',
  tellsRelay: {
    one: 'Your network address is told to {relays} only, which passes the encrypted chat on.',
    other: 'Your network address is told to {relays} only, which pass the encrypted chat on.',
  },
  tellsRelayAndMailbox: {
    one: 'Your network address is told to {relays}, which passes the encrypted chat on, and to {mailbox}, which the reply goes through.',
    other:
      'Your network address is told to {relays}, which pass the encrypted chat on, and to {mailbox}, which the reply goes through.',
  },
  /** Who is asked when a chat begins, in short: so many servers, the page's own alone, a relay alone. */
  helps: {
    one: 'One server helps the two of you to find each other. Network says which.',
    other: '{count} servers help the two of you to find each other. Network says which.',
  },
  helpsOwn: 'Only this page’s own server helps the two of you to find each other.',
  helpsRelay: 'Everything goes through the relay that is named under Network.',
  relayMissing: 'Relay only is chosen, but no relay can be used.',
  relayLocked: 'The password of {relay} was not kept. To use this relay, enter it again under Network.',

  byItself: 'Let the reply come back by itself',
  mailboxSees:
    'It waits, sealed, for up to 5 minutes at {host}, which sees both network addresses, and again if the connection is lost.',
  mailboxLocal: 'Not with Local network only, since no server is asked then.',

  /** How the mailbox stands; for the person who has made the invite, where it makes a difference. */
  mailbox: {
    asked: 'No reply has come to {host} yet. It is asked again and again.',
    foreign:
      'What lies at {host} does not fit this invite, so somebody else may have your link. Have the reply sent to you and paste it below, or make a new link.',
    over: 'Half an hour is over, so {host} is not asked any more. Have the reply sent to you and paste it below, or make a new link.',
    leaving: 'Your reply is being left, sealed, at {host}.',
    left: 'Your reply lies sealed at {host}, for 5 minutes. Their page fetches it by itself.',
    expired:
      '5 minutes are over without a connection, and your reply is gone from {host}. Their page may be closed, or somebody else may have answered first. Ask them, then leave it again or send it by hand.',
    occupied:
      'Another reply to this invite was left at {host} before this one: one of yours, or somebody else has the link. Send this one by hand.',
    silent:
      '{host} does not answer as it should, and is asked again. To be sure, have the reply sent to you and paste it below.',
  },
  /** The same for the person who has replied to it. */
  mailboxReplied: {
    over: '{host} did not take your reply for half an hour, and is not tried any more. Send it by hand.',
    silent: '{host} does not take your reply as it should, and is tried again. To be sure, send it by hand.',
  },

  network: 'Network',
  networkLegend: 'Ways to the other person',
  modes: { all: 'Any way that works', local: 'Local network only', relay: 'Relay only' },
  localOnly: 'Both of you are on the same network. No server is asked for anything.',
  relayNeedsTurn: 'For this, name a TURN server below.',
  stunLabel: 'STUN servers',
  stunHint: 'They tell a device its public address. One host:port a line; none is fine.',
  turnLegend: 'A relay of your own',
  turnHint:
    'For networks that allow no direct way. The relay sees your address and how much is sent, and cannot read it.',
  turnHintInstead:
    'Used instead of {relays}. The relay sees your address and how much is sent, and cannot read it.',
  turnLabel: 'TURN server',
  turnUser: 'User name',
  turnPassword: 'Password',
  turnKept: 'This device remembers all but the password, which is forgotten when the page is closed.',
  networkDefaults: 'Use the page’s defaults',
  save: 'Save',
  notStun: '“{line}” is no server. Write host:port, such as stun.example.org:3478.',
  tooManyStun: {
    one: 'At most {count} server. Remove some.',
    other: 'At most {count} servers. Remove some.',
  },
  notTurn:
    '“{address}” is no relay. Write turn:host:port, if need be with ?transport=tcp, or turns:host:port.',
  turnForRelay: 'Relay only needs a relay: name one here, or choose another way.',
  turnIncomplete: 'A relay needs both its user name and its password.',
  credentialTooLong: {
    one: 'User name and password have at most {count} character each.',
    other: 'User name and password have at most {count} characters each.',
  },
  copyDiagnostics: 'Copy diagnostics',
  diagnostics: 'Diagnostics',
  nothingTried: 'Nothing has been tried yet.',

  pasteLabel: 'Paste an invite or reply',
  pasteButton: 'Open',
  lostSecret:
    'Opened an invite and see this? Its secret part was lost on the way. Copy the whole link from the message and paste it above.',

  inviteTitle: 'Invite the other person',
  stepSend: 'Send this link to one person, any way you like',
  stepJoin: 'They open it and press Join chat',
  stepReply: 'Their reply comes back, and the chat begins',
  inviteLabel: 'Invite link',
  inviteQr: 'QR code of the invite link',
  copyLink: 'Copy link',
  share: 'Share',
  reveals: 'Anyone with this link learns your network address.',
  revealsRelay: 'Anyone with this link learns the address of the relay, not yours.',
  hereOnly: 'This link works on this computer only.',
  bareCode:
    'This is a code without an address: the other person pastes it into their own tincan, or scans it there.',
  replyLabel: 'Reply',
  replyText: 'Paste the link that they send back, or open it in this browser.',
  replyByItself: 'Or take the reply by hand',
  connect: 'Connect',
  connecting: 'Connecting…',
  waiting: 'Waiting for the reply. The link works as long as this page stays open.',
  waitingUntil:
    'Waiting for the reply. The link works as long as this page stays open. Somebody on another network can use it for about {lasting}, until {until}.',
  scanForeign: 'That QR code holds no invite or reply. Show the one from the other person’s tincan.',
  notConnected: 'No connection yet.',
  warnings: 'Warnings',
  oldWarning:
    'This link is {lasting} old: somebody on another network may not get through. On the same network it still works.',
  lateReply:
    'The reply came {lasting} too late for the address in the link. Make a new link, and have it answered sooner.',
  renewed: 'The link was {lasting} old and not used, so here is a new one.',
  localNetworkRefused:
    'The browser refuses this page access to the local network, so somebody on the same network may not get through. Allow it in the page’s settings beside the address bar, then make a new link.',
  newLink: 'New link',
  hostGone:
    'This page’s host does not answer, so a new link would lead nowhere. Only somebody whose device keeps this page, or who joins in a terminal, could use it.',
  linkAnyway: 'Make a link all the same',
  cancel: 'Cancel',

  joinTitle: 'You are invited to a private chat',
  joinLead: 'Somebody wants to talk with you here, just the two of you: no account, nothing to install.',
  joinText:
    'Joining tells them your network address, now and while the chat goes on. Nothing has been sent yet.',
  joinTextRelay: 'Joining tells them the address of the relay, not yours. Nothing has been sent yet.',
  joinTextMailbox:
    'Joining tells them your network address, now and while the chat goes on, and also {host}, which passes your reply on. Nothing has been sent yet.',
  joinNext: 'What happens next',
  joinSteps: [
    'You press Join chat and get a reply link',
    'You send it back to the person who invited you',
    'They open it, and the chat begins',
  ],
  joinStepsByItself: ['You press Join chat', 'Your reply goes back by itself', 'The chat begins'],
  joinMore: 'Other ways, and who is asked',
  joinByHandAbout: 'Replying by hand, you send the reply back yourself, and {host} learns nothing.',
  joinChat: 'Join chat',
  joinByHand: 'Reply by hand',
  joining: 'Joining…',

  replyTitle: 'Your reply is ready',
  replyDo: 'Keep this page open until they have used it.',
  replyTitleByItself: 'Your reply is on its way',
  replyDoByItself: 'There is nothing more to do. Keep this page open.',
  replySendByHand: 'Send the reply by hand, if nothing happens',
  stepJoined: 'You joined',
  stepSendBack: 'Send this reply back to the person who invited you',
  stepOpened: 'They open it, and the chat begins',
  leaveAgain: 'Leave it again',
  replyLinkLabel: 'Reply link',
  replyQr: 'QR code of the reply',
  copyReply: 'Copy reply',
  replyWaiting: 'Waiting for them to open it. The reply works as long as this page stays open.',
  replyWaitingUntil:
    'Waiting for them to open it. The reply works as long as this page stays open. On different networks it can be used for about {lasting}, until {until}.',

  elsewhereTitle: 'A reply to an invite',
  elsewhereConnect: 'Connect in the other tab',
  replyOpened: 'A reply was opened in this tab. Connect only if you expect it.',
  otherReplyOpened: 'A reply to another invite was opened in this tab. Connect only if you expect it.',
  /** What is known of a reply to an invite that this tab did not make. */
  elsewhere: {
    opened:
      'Somebody has answered an invite. If you made it, it waits in another tab of this browser. Connect only if you expect this reply.',
    asking: 'Looking for the tab that waits for this reply…',
    taken: 'Connected in your other tab.',
    used: 'Your invite has been answered already, in another tab of this browser. This reply came too late.',
    nobody:
      'No tab here waits for this reply. If the invite was made in another browser or app, paste the reply there. If its page was closed, make a new link.',
    /** The same of a link that brings a chat back. */
    looking: 'Looking for the tab with the chat that this link brings back…',
    back: 'The chat goes on in your other tab.',
    needless: 'The chat of this link is in your other tab. It is connected, and needs no link.',
    own: 'That is your own link. Send it to the other person: when they open it, the chat goes on.',
    nowhere:
      'No tab here has the chat that this link brings back. If it is open in another browser or app, paste the link there, into the field for messages. If its page was closed, make a new link.',
  },
  elsewhereRepairTitle: 'A link that brings a chat back',
  elsewhereTakenHint: 'It is among the open tabs of this browser. You can close this one.',
  elsewhereUsedHint:
    'If somebody else sent it, more than one person has your link: compare the safety words in that tab.',
  closeTab: 'Close this tab',
  closeTabFailed: 'The browser lets no page close this tab. Close it yourself.',

  enlarge: 'Show the QR code large',
  scanQr: 'Scan QR code',
  scanReply: 'Scan reply',
  scanHint: 'Hold the QR code in front of the camera.',
  cameraStarting: 'Starting the camera…',
  camera: 'Camera picture',
  choosePhoto: 'Choose a photo',
  photoHint: 'A photo or screenshot of the QR code works as well. You can also paste it or drop it here.',
  readingPhoto: 'Reading the picture…',
  scanTroubles: {
    insecure: 'Browsers allow the camera only over https. Choose a photo or screenshot of the QR code.',
    unsupported: 'This browser gives no camera to pages. Choose a photo or screenshot of the QR code.',
    refused:
      'The camera was refused. Allow it in the page’s settings beside the address bar, or choose a photo of the QR code.',
    absent: 'No camera was found. Choose a photo or screenshot of the QR code.',
    busy: 'The camera did not start: another program may be using it. Close that, or choose a photo of the QR code.',
    reader: 'The QR reader did not load. Check the network connection, or paste the text instead.',
    hidden:
      'The browser hides pictures from this page, to protect you from being recognised. Allow it to read them (in Firefox by the picture icon beside the address bar), or paste the text instead.',
    'not-image': 'That file is no picture that this browser can read. Choose another one.',
    'too-large': 'That picture is too large. Cut it down to the QR code, or take a smaller one.',
    'no-code': 'No QR code was found in that picture. Choose one where the whole code is sharp and large.',
  },

  copied: 'Copied',
  pressToCopy: 'Press Ctrl+C, or long-press the text, to copy it.',
  copyFailed: 'Copying did not work. Select the text and copy it.',

  chatTitle: 'Chat',
  messages: 'Messages',
  message: 'Message',
  messageHint: 'Write a message',
  send: 'Send',
  /** Voice messages: making one, and hearing one. */
  voice: {
    message: 'Voice message',
    states: {
      asking: 'Waiting for the microphone…',
      recording: 'Recording',
      paused: 'Paused',
      ended: 'Recorded. Listen to it, or send it.',
    },
    troubles: {
      insecure:
        'Browsers allow the microphone only over https, and this page came over plain http. Record it with another app and send the file.',
      unsupported: 'This browser records nothing for pages. Record it with another app and send the file.',
      refused:
        'The microphone was refused. Allow it in the page’s settings beside the address bar, then try again.',
      absent: 'No microphone was found. Connect one, then try again.',
      busy: 'The microphone did not start: another program may be using it. Close that, then try again.',
      nothing: 'Nothing was recorded. Try again.',
    },
    /** Why a recording ended by itself. */
    cuts: {
      length: 'A voice message lasts 15 minutes at most, so the recording ended here. You can still send it.',
      size: 'A voice message holds 16 MB at most, so the recording ended here. You can still send it.',
      lost: 'The microphone went away, so the recording ended here. You can still send it.',
    },
    pause: 'Pause',
    goOn: 'Go on',
    listen: 'Stop and listen',
    discard: 'Discard',
    discardTitle: 'Discard this voice message?',
    discardText: 'It has not been sent, and nothing of it is kept.',
    keep: 'Keep it',
    play: 'Play',
    /** The slider of a player, and what it says: how much of how much was heard, as 0:07 of 1:05. */
    position: 'Position',
    playedOf: '{gone} of {length}',
    unplayable: 'This browser cannot play this recording. Save it and play it with another program.',
  },
  retry: 'Send again',
  attachFile: 'Attach files',
  attached: 'Files to send',
  removeFile: 'Remove {name}',
  folderTold: 'A folder cannot be sent as it is. Pack it into a zip file, and attach that.',
  sendOriginal: 'Send original',
  sendOriginalAbout:
    'Pictures are made anew before they are sent, without the place, the time and the device that cameras write into them. Names stay, and the original is sent as it is.',
  unclean:
    'This browser cannot make this picture anew. Send the original, with all that the camera wrote into it, or remove it.',
  preparing: 'Preparing the pictures…',
  /** What stands for a file where there is only text. */
  fileText: 'File: {name} ({size})',
  fileKinds: {
    picture: 'Picture',
    sound: 'Sound',
    video: 'Video',
    document: 'Document',
    archive: 'Archive',
    program: 'Program',
    file: 'File',
  },
  fileProgram: 'Your device may run this when you open it. Open it only if you asked them for it.',
  fileNoPicture: 'This is not the picture that it says it is, so it is not shown.',
  fileNoSound: 'This is not the sound that it says it is, so it is not played.',
  saveFile: 'Save',
  showPicture: 'Show',
  listen: 'Listen',
  decline: 'Decline',
  withdraw: 'Withdraw',
  cancelFile: 'Cancel',
  showLarge: 'Show {name} large',
  fileMoves: 'Progress of {name}',
  /** `rate` in bytes a second, `left` in seconds; both 0 while they are not known. */
  fileProgress: '{done} of {whole}',
  fileProgressRate: '{done} of {whole}, {rate} a second, {left} left',
  fileOffered: 'Waiting for them to take it',
  /** How a file ended, at its sender and at its receiver. */
  fileStates: {
    ours: {
      whole: 'Arrived',
      refused: 'They did not want it.',
      withdrawn: 'You withdrew it.',
      unreadable: 'It could not be read any more. Attach it again.',
      unstorable: 'Their device could not store it.',
      lost: 'It did not arrive: the chat ended first.',
    },
    theirs: {
      whole: 'Saved',
      refused: 'You declined it.',
      withdrawn: 'They withdrew it.',
      unreadable: 'Their device could not read it any more.',
      unstorable: 'It could not be stored here. There may be no room left.',
      lost: 'It did not come: the chat ended, or their page was reloaded.',
    },
  },
  fileRoom: 'Here a page keeps a file in memory until it is saved: {room} at most.',
  fileTooLarge:
    'Here a page can keep {room} at most. Take it with tincan in a terminal, or with a current browser over https.',
  fileNoRoom: 'There is no room for it on this device. Make some, and press again.',
  verify: 'Verify',
  leave: 'Leave',
  you: 'You',
  them: 'Them',
  trimmed: 'Older messages were dropped: the history had become too long.',
  emptyChat:
    'You are connected, encrypted from your page to theirs. Compare the safety words to know that it is them.',
  sending: 'Sending',
  sent: 'Sent',
  held: 'Waiting',
  delivered: 'Delivered',
  failed: 'Not delivered.',
  failedBecause: 'Not delivered. {why}',
  absentTitle: 'Not reachable',
  absent:
    'Nothing has come from them since {since}. The chat goes on as soon as there is a way to them again. If they closed the page, make a new link.',
  apart: {
    lost: 'Messages wait and are sent when it is back.',
    trying: 'Trying to reach the other person again…',
    asking: 'Asking the mailbox…',
    paused: 'Paused. Press to look again.',
  },
  lookAgain: 'Look again',
  repair: 'Repair with a link',
  repairLabel: 'Repair link',
  repairQr: 'QR code of the repair link',
  repairText: 'Send this link to the other person. They open it, and the chat goes on.',
  repairAnswers: 'Send this link back to the other person. They open it, and the chat goes on.',
  returnTitle: 'Coming back to your chat…',
  returnLead: 'The page was reloaded. What was said is not on it any more; the other person still has it.',
  returnText: 'Send this link to the other person. They open it, and get one that they send back to you.',
  returnByItself:
    'There is nothing to do: the two of you find each other through {host}. Keep this page open.',
  returnByHand: 'Send a link by hand, if nothing happens',
  returnReply: 'The link that they send back',
  returnInstead: 'Start a new chat instead',
  returnedHere: {
    one: 'You came back after a reload. What was said before is not on this page any more; the other person still has it.',
    other:
      'This chat has come back {count} times. What was said before is not on this page any more; the other person may still have it.',
  },
  backLabel: 'Back after a reload',
  back: 'They are back after a reload; the safety words are new.',
  again: 'Send the conversation again',
  againTitle: 'Send the conversation again?',
  againText: {
    one: 'The other person’s page has nothing of it any more. {messages} from before the reload, with who said each, will come to them in {count} new one.',
    other:
      'The other person’s page has nothing of it any more. {messages} from before the reload, with who said each, will come to them in {count} new ones.',
  },
  /** The `{messages}` of the sentence before. */
  againMessages: { one: '{count} message', other: '{count} messages' },
  againSend: 'Send them',
  againDone: 'Sending the conversation again: {sent} of {parts}',
  againArrived: 'The conversation is on their page again.',
  /** What the other person reads of it. */
  againUntil: 'Conversation until {time}:',
  againMe: 'Me:',
  againYou: 'You:',
  comparedBefore: 'Compared before the reload',
  comparedBeforeHint: 'The safety words are new. Compare them again to be sure who this is.',
  comparedBeforeText:
    'You compared them before a reload, and these are new. Compare them again: until then, somebody who got at what the reloaded tab had kept may have taken the other person’s place.',
  notVerified: 'Not verified',
  notVerifiedHint: 'Compare the safety words to be sure who this is.',
  verified: 'Verified',
  verifiedHint: 'The safety words match. This is about this chat only.',
  latest: 'Jump to latest',
  latestUnread: { one: 'Jump to latest, {count} new', other: 'Jump to latest, {count} new' },
  unread: { one: '{count} new', other: '{count} new' },
  newMessages: { one: '{count} new message', other: '{count} new messages' },
  newDivider: 'New',
  today: 'Today',
  yesterday: 'Yesterday',
  savedFrom: 'Chat of {date}, saved from tincan',
  notDelivered: 'not delivered',
  tooLong: {
    one: 'Too long by {count} byte. Shorten it, or send it in parts.',
    other: 'Too long by {count} bytes. Shorten it, or send it in parts.',
  },

  showAll: 'Show all',
  showLess: 'Show less',
  copyMessage: 'Copy message',
  /** The box of a task in a list. */
  taskOpen: 'To do:',
  taskDone: 'Done:',
  code: 'Code',
  copyCode: 'Copy code',
  linkTitle: 'Open this link?',
  linkText:
    'This link was sent in the chat. It opens in a new tab, and whoever runs that site learns your network address.',
  linkOther: 'The text of the link says {host}, which is not where it leads.',
  linkAddress: 'Address',
  openLink: 'Open link',

  verifyTitle: 'Compare the safety words',
  verifyText:
    'Tell them to each other over a call or in person. Compare the pictures, since their names differ between languages. If all six are the same on both sides, nobody is in between.',
  verifyDigits: 'Or as numbers:',
  match: 'They match',
  differ: 'They differ',
  differTitle: 'Do the words differ?',
  differText:
    'If even one is different, somebody may be between the two of you. The chat ends for both of you, and the other person is told why.',
  compareAgain: 'Compare again',
  differSure: 'They differ, end the chat',
  close: 'Close',

  settings: 'Settings',
  language: 'Language',
  languageBrowser: 'Browser language ({name})',
  languageFailed: 'That language did not load. Check the network connection and try again.',
  /** Below the choice of a language that nobody has read who grew up with it. */
  translatedAlone: 'Translated without a native reader.',
  theme: 'Appearance',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  sendWith: 'Sending',
  sendWays: {
    enter: 'Enter sends, Shift+Enter begins a new line',
    ctrl: 'Ctrl+Enter or the button sends, Enter begins a new line',
  },
  tellTyping: 'Show when I am writing',
  tellTypingAbout: 'The other person sees that you are writing, never what you write.',
  notify: 'Notify me of new messages',
  notifyAbout: 'While this page is in the background. A notification says that something came, never what.',
  notifyRefused:
    'The browser refuses notifications. Allow them in the page’s settings beside the address bar, then switch this on again.',
  notifyUnsupported:
    'There are none here: the address of this page is a plain http one, or the browser has none.',
  picturesCome: 'Pictures come by themselves',
  picturesComeAbout: 'Up to 10 MB each. Otherwise you are asked before each one comes.',
  outlive: 'Come back to a chat after a reload',
  outliveAbout:
    'A secret for coming back is kept in this tab until the chat ends, and nothing that was said. Without it, a reload ends the chat.',
  notifyMessage: 'New message',
  notifyOpen: 'The chat is open',
  settingsKept: 'This device remembers these settings until you press Wipe, and no one else learns them.',
  /** Which build this page is, folded away below the settings. */
  build: 'About this page',
  buildIs: 'Version {version}, build:',
  buildCheck:
    'A page cannot vouch for itself. To compare what this address serves with the page in the program itself, run this in a terminal:',
  /** A button. */
  notices: 'Third-party licences',
  notLoaded: 'This did not load. Check the network connection and try again.',
  diskKept: 'This page was opened from a file: what is set here holds until it is closed.',
  siteLabel: 'Address that links begin with',
  siteAbout:
    'The address of a site that has tincan. Whoever opens your links uses what that site serves. Without one, you send codes in place of links.',
  done: 'Done',

  more: 'More',
  saveText: 'Save as text',
  clearHistory: 'Clear history',
  clearTitle: 'Clear the history?',
  clearText: 'All messages are removed from this page. The chat goes on, and the other person keeps theirs.',
  clear: 'Clear',
  wipe: 'Wipe',

  shortcuts: 'Keyboard shortcuts',
  shortcutSend: 'Send the message',
  shortcutLine: 'Begin a new line',
  shortcutScroll: 'Scroll the history while writing',
  shortcutLatest: 'Jump to latest',
  shortcutClose: 'Close a dialog or menu',
  shortcutSheet: 'Show this list',
  shortcutWipe: 'Wipe: end the chat and empty the page at once',
  /** The names on the keys. */
  keys: {
    enter: 'Enter',
    shift: 'Shift',
    ctrl: 'Ctrl',
    esc: 'Esc',
    end: 'End',
    pageUp: 'Page up',
    pageDown: 'Page down',
  },

  /** Lengths of time, as they stand in the place of `{lasting}` and `{left}`. */
  lasting: {
    seconds: { one: '{count} second', other: '{count} seconds' },
    minutes: { one: '{count} minute', other: '{count} minutes' },
  },

  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  /** In the place of a picture in the full window. */
  pictureBroken: 'This picture cannot be shown.',

  typing: 'Writing…',
  roomLeft: {
    one: 'Room for about {count} more character.',
    other: 'Room for about {count} more characters.',
  },
  /** Title of the page while messages wait to be read. */
  unreadTitle: '({count}) {title}',

  /** What is asked before something ends: what that is, and the button that ends it. */
  leaving: {
    chat: {
      title: 'Leave this chat?',
      text: 'It ends for both of you, and its messages and what you were writing are removed from this page.',
      leave: 'Leave anyway',
    },
    chatLink: {
      title: 'Make a new link?',
      text: 'This chat ends, and its messages and what you were writing are removed from this page. Save them first if you need them.',
      leave: 'Make a new link',
    },
    invite: {
      title: 'Give up waiting?',
      text: 'The link that you gave away stops working.',
      leave: 'Give up',
    },
    reply: {
      title: 'Give up waiting?',
      text: 'Your reply stops working. If you have not sent it yet, nobody misses it.',
      leave: 'Give up',
    },
    returning: {
      title: 'Start a new chat instead?',
      text: 'Nobody can come back to the one before then. What was said in it is only on the other person’s page.',
      leave: 'Start a new chat',
    },
    link: {
      title: 'Make a new link?',
      text: 'The link that you gave away stops working, so you will have to send the new one.',
      leave: 'Make a new link',
    },
  },
  newLinkMade: 'This is a new link. The one before does not work any more.',
  stay: 'Stay',
  unsent: 'You were writing this, and it was not sent',
  copyUnsent: 'Copy this text',

  away: {
    invite: {
      title: 'This invite ended while you were away',
      text: 'A link works only while its page stays open, so the one you sent leads nowhere now. Make a new one and send that.',
    },
    reply: {
      title: 'This invite ended while you were away',
      text: 'A reply works only while its page stays open. If nobody has used yours yet, open the invite link again from the message it came in, and send the new reply back. Otherwise ask for a new link, or make one yourself.',
    },
    chat: {
      title: 'This chat ended while you were away',
      text: 'A chat lasts only while its page stays open, and its messages are gone. To talk again, make a new link.',
    },
  },

  reload: 'Reload the page',
  startPage: 'Start page',
  dismiss: 'Dismiss',
  chatElsewhere:
    'Your chat is open in another tab of this browser, and goes on there. Here you can start another one.',
  keepOpenReturn: 'This tab is coming back to a chat. To open that invite, use a new tab.',
  keepOpenChat: 'A chat is going on in this tab. To open that invite, use a new tab.',
  keepOpenReply:
    'This tab waits until your reply is opened. To open that invite, cancel first or use a new tab.',

  search: {
    open: 'Search',
    field: 'Search the history',
    older: 'Older match',
    newer: 'Newer match',
    at: '{position} of {count}',
    none: 'No match',
    failed: 'The search could not be loaded. Your browser’s own finds what is in sight.',
    shortcut: 'Search the history',
    shortcutStep: 'Go to an older or a newer match',
  },

  /** What is done with a message: reply to it, react to it, edit it, take it back. */
  talk: {
    menu: 'Actions for this message',
    reply: 'Reply',
    react: 'React',
    edit: 'Edit',
    unsend: 'Unsend',
    selectText: 'Select text',
    /** On the button that leads back from the message that was answered. */
    backToReply: 'Back to the reply',
    /** Above the field, while a reply is written. */
    replyYou: 'Reply to yourself',
    replyThem: 'Reply to the other person',
    cancelReply: 'Cancel the reply',
    editing: 'Edit the message',
    cancelEdit: 'Cancel the edit',
    edited: 'edited',
    /** Above a reply, for a screen reader: what it answers. */
    answersYou: 'Answers you: {quote}',
    answersThem: 'Answers the other person: {quote}',
    /** In the place of a message that a reply answers, and that is not shown any more. */
    gone: 'A message that is not here any more',
    unsentYou: 'You took this message back.',
    unsentThem: 'The other person took this message back.',
    unsendTitle: 'Take this message back?',
    unsendText:
      'It goes from both pages. Whoever has read it knows it, and a program that does not follow the rules may keep it.',
    /** Below a message: who has which emoji to it. */
    reactionYou: 'You: {emoji}',
    reactionThem: 'The other person: {emoji}',
    otherEmoji: 'Another emoji',
    emojiHint: 'Type or paste one emoji',
    takeBack: 'Take {emoji} back',
  },

  /** Messages that disappear. `time` is one of the times below. */
  timer: {
    title: 'Disappearing messages',
    off: 'Off',
    times: { short: '5 minutes', hour: '1 hour', day: '1 day' },
    about:
      'Messages disappear from both pages after this time, as soon as both of you have chosen one. If the times differ, the longer one counts. This is an agreement and no lock: whoever has read a message may have copied it, and a terminal keeps what it has printed.',
    youWant: 'You want messages to disappear after this time: {time}. The other person has not agreed yet.',
    theyWant: 'The other person wants messages to disappear after this time: {time}.',
    agree: 'Agree',
    on: 'Messages disappear after this time: {time}.',
    ended: 'Messages do not disappear any more.',
  },

  /** What a person shows of being there. */
  presence: {
    tell: 'Show when I am here',
    tellAbout: 'The other person sees whether you look at the chat, at most every 30 seconds.',
    here: 'here',
    away: 'away',
    read: 'Show what I have read',
    readAbout: 'The other person sees up to which message you have read.',
    /** Below a message of one's own. */
    seen: 'Read',
  },

  /** In the list of keys. */
  messageKeys: {
    move: 'Go from message to message',
    menu: 'Open the actions for a message',
    editLast: 'Edit your last message, while the field is empty',
  },

  errors: {
    empty: 'The field is empty. Paste the link you were sent.',
    'too-long': 'That is far more text than a link. Paste only the message that holds the link.',
    'no-code': 'There is no invite or reply in that text. Copy the whole link and paste it again.',
    'several-codes': 'That text holds several different links. Paste only one.',
    cut: 'The end of that link is missing. Copy the whole link and paste it again.',
    version:
      'That link was made by another version of tincan. Both of you: reload the page, then start again.',
    malformed: 'Something inside that link was changed on its way. Ask for it again, or for its QR code.',
    'want-invite':
      'That is a reply, but an invite belongs here. A reply goes into the tab where the invite was made.',
    'want-reply':
      'That is an invite, but a reply belongs here. Wait for the reply to your invite, or open that invite in a new tab.',
    'want-repair':
      'That link begins another chat. Here belongs the link with which the other person brings this one back.',
    'own-invite':
      'That is your own invite. Send it to the other person, and paste the reply that they send back.',
    'own-reply': 'That is your own reply. Send it to the person who invited you.',
    'own-repair': 'That is your own link. Send it to the other person: when they open it, the chat goes on.',
    'other-invite':
      'That reply answers another invite. Ask the other person to open this link, or make a new one.',
    'wrong-chat': 'That link brings another chat back. Paste it in the tab where that chat is open.',
    'already-used': 'That reply has been used already. Make a new link for a new chat.',
    'no-repair': 'This chat is connected, so it needs no link to bring it back.',
    'second-reply':
      'A second reply to your invite came. Unless the other person joined twice, somebody else has your link: compare the safety words with Verify once you are connected, or make a new link.',
    tries: 'Ten replies did not open, so this invite is spent. Make a new link.',
    'no-webrtc':
      'This browser does not allow direct connections. Allow WebRTC in its settings, or use another browser.',
    'no-addresses':
      'No network address was found: this device has no network, or one without a router, where browsers give none away. Connect to a network with a router, or let one of you use tincan in a terminal.',
    unreachable:
      'No way to the other person was found. Try the same network, or another one, with a new link.',
    'stun-silent':
      'None of the STUN servers answered: they may be down, or this network blocks UDP. The link works on the same network. For anybody else use another network, or name another server under Network on the start page.',
    'udp-blocked':
      'This network lets no UDP through, but the relay answered over TCP: the chat, encrypted, goes through the relay.',
    symmetric:
      'This network gives each connection another port, so the link works only if the other person’s network is an open one. Use another network, such as a phone’s hotspot, or name a relay under Network on the start page.',
    'symmetric-pair':
      'One of the two networks gives each connection another port, and the other lets nobody in unasked, so there is no direct way. One of you: use another network, such as a phone’s hotspot, or name a relay under Network, and make a new link.',
    'hidden-address':
      'The browser hides its address behind a name that this network does not pass on. Use the same Wi-Fi, not a guest network that keeps devices apart, or a network with internet, and make a new link.',
    'old-link':
      'The reply came too late for the address in the link. Make a new link, and have it answered sooner.',
    'nobody-came':
      'Nobody has used this reply. Perhaps somebody else was faster with the invite, or the page that made it was closed. Ask for a new link.',
    'no-relay':
      'Relay only is chosen, but there is no relay to use. Name one under Network with its user name and password, or choose another way there.',
    'relay-silent':
      'The relay did not answer. Check its address, user name and password under Network on the start page, or use another network.',
    'not-open': 'The chat is not connected yet. Try again in a moment.',
    'message-empty': 'The message is empty.',
    'message-too-long': 'The message is too long. Send it in parts.',
    'too-many-waiting': 'Too many messages are waiting to be sent. Try again when some have arrived.',
    'no-files': 'The program of the other person takes no files.',
    'no-file': 'There is no such file any more.',
    'too-many-files': 'Sixteen files wait already. Send more when some of them have arrived.',
    'no-talk': 'The program of the other person does not understand that.',
    'no-message': 'That cannot be done with this message, or not any more.',
    'no-emoji': 'A reaction is one emoji.',
    ended: 'The chat has ended. Start a new one.',
    internal: 'Something went wrong in this page. Reload it and start again.',
  },
  addressesHidden:
    'The browser tells this page none of this device’s network addresses. Either a setting or an extension protects you from WebRTC leaks: allow WebRTC for this page, or use another browser. Or this network has no router: use one that has.',
  endings: {
    closed: {
      title: 'You left the chat',
      text: 'Its messages are gone from this page, and nothing of it is kept. Close the tab to clear its memory too.',
    },
    left: { title: 'The other person left', text: 'The chat has ended. To talk again, make a new link.' },
    'other-closed': {
      title: 'The other person closed tincan',
      text: 'Their page or program was closed or reloaded, so the chat has ended. To talk again, make a new link.',
    },
    'other-differ': {
      title: 'The other person says that the safety words differ',
      text: 'Somebody may be between the two of you, so the chat was ended and its keys wiped. Start again with a new link, sent another way.',
    },
    lost: {
      title: 'Connection lost',
      text: 'The other person could not be reached any more. To go on, make a new link.',
    },
    unreachable: {
      title: 'No connection',
      text: 'The reply fits, but no way between the two of you was found. Try again on the same network or on another one, or name a relay under Network on the start page.',
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
      text: 'Ten replies did not open. Make a new link and send it.',
    },
    internal: {
      title: 'The chat stopped',
      text: 'Something went wrong in this page. Reload it and start again.',
    },
  },
  troubles: {
    wasm: {
      title: 'This browser cannot run tincan',
      text: 'It has no WebAssembly, or it is switched off. Use a current browser, or allow WebAssembly in its settings.',
    },
    webrtc: {
      title: 'This browser cannot run tincan',
      text: 'It does not allow direct connections (WebRTC). Allow WebRTC in its settings, or use another browser.',
    },
    parts: {
      title: 'This browser cannot run tincan',
      text: 'It lacks parts that every current browser has, or an extension takes them away. Use a current browser, or switch off the extension for this page.',
    },
    load: {
      title: 'The page did not load completely',
      text: 'The engine is missing. Check the network connection and reload the page.',
    },
    stopped: {
      title: 'The engine stopped. Reload the page.',
      text: 'The chat in this tab has ended with it.',
    },
  },
  statuses: {
    direct: 'Connected directly',
    relay: 'Connected through a relay',
    open: 'Connected',
    lost: 'Connection lost',
    ended: 'Connection lost',
    over: 'The chat has ended',
    left: 'The other person left',
  },
  /** The same for narrow screens, where each has to fit into one line. */
  statusesShort: {
    direct: 'Connected directly',
    open: 'Connected',
    lost: 'Connection lost',
    ended: 'Connection lost',
    over: 'The chat has ended',
    left: 'The other person left',
    relay: 'Through a relay',
  },
} as const satisfies Source;
