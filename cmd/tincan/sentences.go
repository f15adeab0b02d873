package main

import (
	"errors"

	"tincan/internal/chat"
)

// The engine has only codes. These are the sentences that the terminal shows for them; the page has
// its own, in each language.

// codeSentences has all codes except no-webrtc, which occurs only in a browser.
var codeSentences = map[chat.Code]string{
	chat.CodeEmpty:          "There is nothing to read. Paste the invite or reply you were sent.",
	chat.CodeTooLong:        "This is too much text to search. Paste only the invite or reply.",
	chat.CodeNoCode:         "There is no invite or reply in this text. Copy the whole message you were sent.",
	chat.CodeSeveralCodes:   "There are two different invites or replies in this text. Paste only the newest one.",
	chat.CodeCut:            "The end of this link is missing. Copy it again, to the last letter.",
	chat.CodeVersion:        "This link was made by another version of tincan. Both of you need the same one: reload, or update.",
	chat.CodeMalformed:      "Something inside this link was changed on its way. Ask for it to be sent again, or for a new one.",
	chat.CodeWantInvite:     "This is a reply. It belongs to the person who made the invite; here an invite is needed.",
	chat.CodeWantReply:      "This is an invite. Here the reply to your own invite is needed.",
	chat.CodeWantRepair:     "This link begins another chat. Here the link is needed with which the other person brings this one back.",
	chat.CodeOwnInvite:      "This is your own invite. Send it to the other person, and paste here what comes back.",
	chat.CodeOwnReply:       "This is your own reply. Send it to the person who invited you.",
	chat.CodeOwnRepair:      "This is your own link. Send it to the other person: when they open it, the chat goes on.",
	chat.CodeOtherInvite:    "This reply belongs to another invite. Ask for the reply to the newest one.",
	chat.CodeWrongChat:      "This link brings another chat back. It belongs where that chat is.",
	chat.CodeAlreadyUsed:    "This reply has been used already. The chat goes on.",
	chat.CodeNoRepair:       "This chat is connected, so it needs no link to bring it back.",
	chat.CodeSecondReply:    "This invite was answered a second time. Unless the other person joined twice, somebody else has your link: compare the safety words before you trust this chat.",
	chat.CodeTries:          "Ten replies did not fit this invite. Make a new one.",
	chat.CodeNoAddresses:    "No network address was found. Connect to a network, then make a new link.",
	chat.CodeSTUNSilent:     "None of the STUN servers answered: they are down, or this network blocks UDP. The link works on the same network; for others try another network, another server (--stun) or a relay (--turn).",
	chat.CodeUDPBlocked:     "This network blocks UDP, so the chat goes through the relay, which sees both addresses but no message. For a direct one, try another network.",
	chat.CodeSymmetric:      "This network gives every connection another port (symmetric NAT), so it reaches only people on an open network. Try another network, such as a phone's hotspot, or name a relay (--turn).",
	chat.CodeSymmetricPair:  "There is no connection yet. One of the two networks gives every connection another port (symmetric NAT), and the other lets nobody in unasked. One of you can try another network, such as a phone's hotspot, or name a relay (--turn).",
	chat.CodeHiddenAddress:  "There is no connection yet. The other browser names its address in a way that works on its own network only. Be both on the same Wi-Fi, not a guest one, or let both ask a STUN server.",
	chat.CodeOldLink:        "There is no connection yet. The link was too old when the reply came: the address in it is no longer kept. Make a new link and reply sooner.",
	chat.CodeNobodyCame:     "Nobody has connected with this reply yet. The invite may have been used already, or its page closed. Ask whether the reply arrived, or for a new link.",
	chat.CodeNoRelay:        "Only relayed chats are allowed here, but no relay is named. Name one (--turn), or allow other ways.",
	chat.CodeRelaySilent:    "The relay did not answer or did not accept the login, so it cannot be used. Check its address and login (--turn).",
	chat.CodeUnreachable:    "There is no connection yet. A firewall or the two networks may not allow a direct one; try both on the same Wi-Fi, or another network.",
	chat.CodeNotOpen:        "The chat is not open yet.",
	chat.CodeMessageEmpty:   "There is nothing to send.",
	chat.CodeMessageTooLong: "This message is too long: 65,536 bytes at most. Send it in parts.",
	chat.CodeNoFiles:        "The other person's program takes no files.",
	chat.CodeNoFile:         "There is no such file any more.",
	chat.CodeTooManyFiles:   "Sixteen files wait already. Send more when some of them have arrived.",
	chat.CodeNoTalk:         "The other person's program does not understand that.",
	chat.CodeNoMessage:      "That cannot be done with this message, or not any more.",
	chat.CodeNoEmoji:        "A reaction is one emoji.",
	chat.CodeTooManyWaiting: "Too many messages are waiting to be delivered. Wait a moment, then send again.",
	chat.CodeEnded:          "This chat has ended. Make a new link.",
	chat.CodeInternal:       "Something went wrong in tincan itself. Make a new link, and tell us if it happens again.",
}

var reasonSentences = map[chat.Reason]string{
	chat.ReasonClosed:      "You left the chat. Nothing of it was stored.",
	chat.ReasonLeft:        "The other person left. Nothing of the chat was stored.",
	chat.ReasonOtherClosed: "The other person closed the page or the program. Nothing of the chat was stored. Make a new link to go on.",
	chat.ReasonOtherDiffer: "The other person says that the safety words differ, so somebody may have read along. Make a new link and send it another way.",
	chat.ReasonLost:        "The connection was lost and did not come back. Make a new link to go on.",
	chat.ReasonUnreachable: "No connection was found. Try both on the same Wi-Fi, or another network, with a new link.",
	chat.ReasonUntrusted:   "This connection could not be trusted. Make a new link.",
	chat.ReasonDiffer:      "The safety words differ, so somebody may have read along. The chat was ended; make a new link and send it another way.",
	chat.ReasonTries:       codeSentences[chat.CodeTries],
	chat.ReasonInternal:    codeSentences[chat.CodeInternal],
}

var mailboxSentences = map[chat.MailboxState]string{
	chat.MailboxAsked:    "The reply comes back by itself. One that is sent by hand works as well.",
	chat.MailboxForeign:  "What lies in the mailbox does not fit this invite, so somebody else may have the link. Have the reply sent to you by hand.",
	chat.MailboxOver:     "The mailbox is not asked any longer. Let the reply go by hand, or make a new link.",
	chat.MailboxLeaving:  "The reply is being left in the mailbox.",
	chat.MailboxLeft:     "The reply lies in the mailbox, sealed, for 5 minutes. The other end fetches it from there by itself.",
	chat.MailboxExpired:  "Five minutes are over without a connection, and the reply is gone from the mailbox. The other end may be closed, or somebody else may have answered first. Ask, then leave it again or send it by hand.",
	chat.MailboxOccupied: "Another reply was left in the mailbox before this one: one of yours, or somebody else has the link. Send this one by hand.",
	chat.MailboxSilent:   "The mailbox does not answer as it should. It is tried again; meanwhile the reply can be sent by hand.",
}

// sentenceOf returns the sentence that tells a person what went wrong and what to do.
func sentenceOf(err error) string {
	var of *chat.Error
	if errors.As(err, &of) {
		return codeSentences[of.Code]
	}
	return err.Error()
}
