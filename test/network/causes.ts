import type { ErrorCode, State } from '../../wasm/engine.d.ts';

/** Why two people may not get through to each other, and what the page then says. README.md shows it as a table. */
export interface Cause {
  cause: string;
  /**
   * The engine's code; the sentence is `texts.errors[code]`. Or where a chat stands whose connection is lost; what is done
   * about that is `texts.apart[state]`. Otherwise the name of the text.
   */
  says:
    | ErrorCode
    | Exclude<State, 'waiting' | 'connecting' | 'open'>
    | 'localNetworkRefused'
    | 'elsewhere'
    | 'nowhere'
    | 'relayNeedsTurn'
    | 'away'
    | 'repairText';
  /** Who is told, and when. */
  told: string;
  injected: string;
  /** What the sentence offers. */
  next: string;
  /** File and title of the test, or how a hand tests it. */
  test: readonly [file: string, title: string] | 'by hand';
}

const before = 'before sending';
const after = '20 s after Connect';
const apart = 'browser/apart.integration.spec.ts';
const repair = '../internal/chat/repair_test.go';

export const causes: readonly Cause[] = [
  {
    cause: 'no network, or one without a router',
    says: 'no-addresses',
    told: before,
    injected: 'a bridge without a default route and nobody to ask',
    next: 'a network with a router, or a terminal at one end',
    test: [
      'network/pairs.spec.ts',
      'one network without a default route, asking nobody: a page is told what helps',
    ],
  },
  {
    cause: 'the STUN servers are dead',
    says: 'stun-silent',
    told: before,
    injected: 'a server that takes requests and says nothing',
    next: 'the same network, another network or another server',
    test: ['browser/network.functional.spec.ts', 'STUN that is dead is told before the link is sent'],
  },
  {
    cause: 'UDP is blocked, and there is no relay',
    says: 'stun-silent',
    told: before,
    injected: 'a router that drops all UDP',
    next: 'another network, or a relay',
    test: ['network/pairs.spec.ts', 'UDP blocked, no relay'],
  },
  {
    cause: 'UDP is blocked, a relay answers over TCP',
    says: 'udp-blocked',
    told: before,
    injected: 'a router that drops all UDP, tincan serve --turn',
    next: 'nothing: the chat opens',
    test: ['network/pairs.spec.ts', 'UDP blocked × port-restricted, TURN over TCP'],
  },
  {
    cause: 'symmetric NAT',
    says: 'symmetric',
    told: before,
    injected: 'two servers that see two ports; masquerade fully-random',
    next: 'another network, or a relay',
    test: ['browser/network.functional.spec.ts', 'a symmetric NAT is told from two answers'],
  },
  {
    cause: 'symmetric NAT at one end, port-restricted or symmetric at the other',
    says: 'symmetric-pair',
    told: after,
    injected: 'the same in two namespaces',
    next: 'another network for one of the two, or a relay',
    test: ['network/pairs.spec.ts', 'are told why not'],
  },
  {
    cause: 'the mDNS name is not resolved',
    says: 'hidden-address',
    told: after,
    injected: 'a bridge that drops multicast, nobody to ask',
    next: 'the same Wi-Fi, or a network with internet',
    test: ['network/pairs.spec.ts', 'one network that passes no multicast on'],
  },
  {
    cause: 'the browser was refused the local network',
    says: 'localNetworkRefused',
    told: before,
    injected: 'Chromium’s permission set to denied',
    next: 'allow it in the settings of the page',
    test: ['browser/network.functional.spec.ts', 'a browser that refuses the local network'],
  },
  {
    cause: 'the link is too old for its address',
    says: 'old-link',
    told: after,
    injected: 'an inviter whose clock says so',
    next: 'a new link',
    test: ['../internal/chat/outlook_test.go', 'an old link'],
  },
  {
    cause: 'the link was used by somebody else',
    says: 'second-reply',
    told: 'the inviter, at once',
    injected: 'a second reply to one invite',
    next: 'compare the safety words',
    test: ['../internal/chat/chat_test.go', 'TestFunctionalBadAccept'],
  },
  {
    cause: 'nobody uses the reply: the invite was used, or its page closed',
    says: 'nobody-came',
    told: 'the joiner, after 3 minutes',
    injected: 'a joiner whose clock says so',
    next: 'a new link',
    test: ['../internal/chat/outlook_test.go', 'nobody uses the reply'],
  },
  {
    cause: 'the reply is opened where no tab waits',
    says: 'elsewhere',
    told: 'within a second',
    injected: 'a reply opened in another profile',
    next: 'paste it where the invite was made, or make a new link',
    test: ['browser/tabs.integration.spec.ts', 'another profile'],
  },
  {
    cause: 'the page that waited was closed or reloaded',
    says: 'away',
    told: 'when it is back',
    injected: 'a reload',
    next: 'a new link',
    test: ['browser/network.functional.spec.ts', 'a reload while something is pending'],
  },
  {
    cause: 'relay only, and no relay is named',
    says: 'relayNeedsTurn',
    told: 'before anything',
    injected: 'no TURN in config.json',
    next: 'name one, or choose another way',
    test: ['browser/network.functional.spec.ts', 'Relay only waits for a relay'],
  },
  {
    cause: 'the relay does not answer, or not to this login',
    says: 'relay-silent',
    told: 'instead of a link',
    injected: 'a relay that says nothing',
    next: 'check its address and login',
    test: ['browser/network.functional.spec.ts', 'a relay that does not answer'],
  },
  {
    cause: 'no way, for a reason nobody can see',
    says: 'unreachable',
    told: after,
    injected: 'a joiner that is gone',
    next: 'another network, a new link',
    test: ['browser/network.functional.spec.ts', 'no way after Connect'],
  },
  {
    cause: 'the connection of an open chat breaks, or the other side is asleep',
    says: 'lost',
    told: 'after 15 s of silence',
    injected: 'a page whose process is gone',
    next: 'nothing, for as long as the other side is there',
    test: [apart, 'a page that is gone without a goodbye'],
  },
  {
    cause: 'the same, and both have made other lines ready',
    says: 'trying',
    told: 'when one of them is tried',
    injected: 'a terminal that is stopped for 40 s',
    next: 'nothing: it opens when both are there again',
    test: [apart, 'a terminal that is frozen for 40 s'],
  },
  {
    cause: 'one side has another address, and the other lets nobody in unasked',
    says: 'repairText',
    told: 'from 8 s on, to who presses for a link',
    injected: 'an end that moves, in a network that lets in who was called',
    next: 'one link by hand, from the side that has moved; else one each way',
    test: [repair, 'TestFunctionalRepair'],
  },
  {
    cause: 'the same, where the two have met by way of the mailbox',
    says: 'asking',
    told: 'after 8 s in which nothing has opened',
    injected: 'the same, with a mailbox',
    next: 'nothing: each fetches the address of the other',
    test: [repair, 'TestFunctionalRepairByMailbox'],
  },
  {
    cause: 'half an hour without a way',
    says: 'paused',
    told: 'at once',
    injected: 'an engine that says so',
    next: 'looking again',
    test: ['../site/src/chat/Chat.test.ts', 'it says so in lines that a screen reader reads'],
  },
  {
    cause: 'a link that repairs a chat is opened where that chat is not',
    says: 'nowhere',
    told: 'within a second',
    injected: 'the link opened in another profile',
    next: 'paste it where the chat is',
    test: [apart, 'a terminal that is frozen for 40 s'],
  },
];
