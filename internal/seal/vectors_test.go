package seal_test

import (
	"bytes"
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
	"tincan/internal/seal"
)

// The files of testdata/vectors; README.md there says what each field is.
const (
	runsFile    = "testdata/vectors/runs.json"
	refusedFile = "testdata/vectors/refused.json"
)

// vectorRun is one whole chat.
type vectorRun struct {
	Name string

	// Every random byte.
	S, AgreementI, SigningI, AgreementJ, SigningJ hexBytes
	KEMSeed, NonceJ, NonceI, KEMRandom            hexBytes

	Invite, Answer             hexBytes
	DH, KSeal, Reply, Slot     hexBytes
	H1, M1, KEMSecret, M2      hexBytes
	T2, PRK, T3, M3            hexBytes
	ChainIJ, ChainJI, SID, SAS hexBytes
	Words, Digits              []string
	KR                         hexBytes
	Frames                     []vectorFrame
	Lines                      []vectorLine
	Repairs                    []vectorRepair
}

type vectorFrame struct {
	From  string // "I" or "J"
	N     uint64
	Type  string
	Body  hexBytes
	Frame hexBytes
}

// vectorLine is a later line of the chat, with what each side says first on it.
type vectorLine struct {
	I, J             uint32 // numbers of the cards
	CardI, CardJ     hexBytes
	NextI, NextJ     uint64
	ID               hexBytes
	ResumeI, ResumeJ hexBytes
}

// id is the line as its cards name it.
func (l *vectorLine) id() [32]byte { return seal.LineID(l.I, l.CardI, l.J, l.CardJ) }

// resume is what one side says first on the line.
func resume(f *seal.Frames, line [32]byte, next uint64) []byte {
	proof := f.Proof(line, next)
	return append(binary.BigEndian.AppendUint64(nil, next), proof[:]...)
}

// vectorRepair is a repair that one side makes.
type vectorRepair struct {
	From         string // "I" or "J"
	N, Meets     uint32
	Card, Sealed hexBytes // what is sealed: the numbers, and the card
	Repair, Slot hexBytes
}

// make seals the repair, and opens it at the other side.
func (v *vectorRepair) make(t testing.TB, e *ends) {
	own, other := e.side(v.From)
	card, err := invite.ParseCard(v.Card, false)
	require.NoError(t, err)
	require.Equal(t, []byte(v.Card), invite.CardBytes(card))
	r := invite.Repair{N: v.N, Meets: v.Meets, Card: card}
	v.Sealed = same(t, v.Sealed, r.Bytes())
	tag, box, err := own.SealCard(v.N, v.Sealed)
	require.NoError(t, err)
	answers := v.Repair != nil && v.Repair[0] == 0x69 || v.Repair == nil && v.Meets > 100
	v.Repair = same(t, v.Repair, invite.NewRepair(answers, tag, box))
	ours, theirs := own.CardSlot(true, v.N), other.CardSlot(false, v.N)
	require.Equal(t, ours, theirs)
	v.Slot = same(t, v.Slot, ours[:])
	opened, err := openRepair(other, v.Repair, v.N&^15, v.N|15)
	require.NoError(t, err)
	require.Equal(t, r, opened)
}

func openRepair(at *seal.Frames, b []byte, from, to uint32) (invite.Repair, error) {
	code, err := invite.NewCode(b)
	if err != nil {
		return invite.Repair{}, err
	}
	tag, box := code.Sealed()
	n, plain, err := at.OpenCard(tag, box, from, to)
	if err != nil {
		return invite.Repair{}, err
	}
	return invite.ParseRepair(code, n, plain, false)
}

// errProof is what a test makes of a proof that is none.
var errProof = errors.New("another proof")

func checkResume(f *seal.Frames, line [32]byte, b []byte) error {
	if !f.CheckProof(line, binary.BigEndian.Uint64(b), [32]byte(b[8:])) {
		return errProof
	}
	return nil
}

// vectorRefusal is a message that one side of a run must refuse.
type vectorRefusal struct {
	Name  string
	Run   string
	At    string // "I" or "J"
	Step  string // "invite", "reply", "M1", "M2", "M3", "frame", "resume", "repair"
	After int    `json:",omitempty"` // frames opened, or lines, before
	Bytes hexBytes
	Error string
}

// kinds are the failures by the names that vectors use.
var kinds = map[string]error{
	"key": seal.ErrInvalidKey, "decrypt": seal.ErrDecrypt, "signature": seal.ErrSignature, "padding": seal.ErrPadding, "size": seal.ErrSize,
	"order": seal.ErrOrder, "commitment": seal.ErrCommitment, "confirm": seal.ErrConfirm, "malformed": invite.ErrMalformed, "version": invite.ErrVersion,
	"proof": errProof, "tag": seal.ErrTag,
}

func kindOf(err error) string {
	for name, kind := range kinds {
		if errors.Is(err, kind) {
			return name
		}
	}
	return fmt.Sprint(err)
}

// ends are both sides of a run, at a point of it.
type ends struct {
	secret             seal.LinkSecret
	keysI, keysJ       *seal.KeyPair
	i, j               *seal.Handshake
	sessionI, sessionJ *seal.Frames
}

// play brings both sides of a run as far as until: "reply", "M1", "M2", "M3",
// or "frame", "resume" and "repair" for the sessions. What they make is compared with the vector.
func (r *vectorRun) play(t testing.TB, until string) *ends {
	t.Helper()
	e := &ends{secret: seal.NewLinkSecret([16]byte(r.S))}
	var err error
	e.keysI, err = seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(r.AgreementI), bytes.NewReader(r.SigningI)))
	require.NoError(t, err)
	e.keysJ, err = seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(r.AgreementJ), bytes.NewReader(r.SigningJ)))
	require.NoError(t, err)
	if until == "invite" {
		return e
	}
	reply, j, err := seal.SealReply(io.MultiReader(bytes.NewReader(r.KEMSeed), bytes.NewReader(r.NonceJ)), e.keysJ, e.secret, e.keysI.PublicKey(), r.Invite, r.Answer)
	require.NoError(t, err)
	r.Reply = same(t, r.Reply, reply)
	if until == "reply" {
		return e
	}
	answer, i, err := seal.OpenReply(io.MultiReader(bytes.NewReader(r.NonceI), bytes.NewReader(r.KEMRandom)), e.keysI, e.secret, r.Invite, reply)
	require.NoError(t, err)
	r.Answer = same(t, r.Answer, answer)
	e.i, e.j = i, j
	h1 := i.Transcript()
	r.H1 = same(t, r.H1, h1[:])
	m1, err := j.Start()
	require.NoError(t, err)
	r.M1 = same(t, r.M1, m1)
	if until == "M1" {
		return e
	}
	m2, _, err := i.Handle(m1)
	require.NoError(t, err)
	r.M2 = same(t, r.M2, m2)
	t2, prk := i.Transcript(), i.Root()
	r.T2, r.PRK = same(t, r.T2, t2[:]), same(t, r.PRK, prk[:])
	if until == "M2" {
		return e
	}
	m3, sessionJ, err := j.Handle(m2)
	require.NoError(t, err)
	r.M3 = same(t, r.M3, m3)
	t3 := j.Transcript()
	r.T3 = same(t, r.T3, t3[:])
	if until == "M3" {
		return e
	}
	_, sessionI, err := i.Handle(m3)
	require.NoError(t, err)
	e.sessionI, e.sessionJ = sessionI, sessionJ
	return e
}

// same is what a run just made: in a new vector it fills the gap, in one that
// was read it must be equal.
func same(t testing.TB, vector hexBytes, made []byte) hexBytes {
	t.Helper()
	if vector != nil {
		require.Equal(t, []byte(vector), made)
	}
	return made
}

// complete plays the frames and everything else of a run.
func (r *vectorRun) complete(t testing.TB) {
	t.Helper()
	e := r.play(t, "frame")
	dh := e.keysI.SecretOf(e.keysJ.PublicKey())
	require.Equal(t, dh, e.keysJ.SecretOf(e.keysI.PublicKey()))
	r.DH = same(t, r.DH, dh[:])
	kSeal, slot := seal.ReplyKey(dh, e.secret, r.Invite, e.keysJ.PublicKey()).Bytes(), seal.MailboxSlot(e.secret)
	r.KSeal, r.Slot = same(t, r.KSeal, kSeal[:]), same(t, r.Slot, slot[:])
	kem, err := mlkem.NewDecapsulationKey768(r.KEMSeed)
	require.NoError(t, err)
	kemSecret, ciphertext, err := mlkemtest.Encapsulate768(kem.EncapsulationKey(), r.KEMRandom)
	require.NoError(t, err)
	require.Equal(t, []byte(r.M2[:len(ciphertext)]), ciphertext)
	r.KEMSecret = same(t, r.KEMSecret, kemSecret)

	ij, ji := e.sessionI.Chains()
	id, sas := e.sessionI.ID(), e.sessionI.SAS()
	require.Equal(t, sas, e.sessionJ.SAS())
	r.ChainIJ, r.ChainJI = same(t, r.ChainIJ, ij[:]), same(t, r.ChainJI, ji[:])
	r.SID, r.SAS = same(t, r.SID, id[:]), same(t, r.SAS, sas[:])
	var words []string
	for _, w := range sas.Words() {
		words = append(words, w.Emoji+" "+w.Name)
	}
	digits := sas.Digits()
	if r.Words == nil {
		r.Words, r.Digits = words, digits[:]
	}
	require.Equal(t, r.Words, words)
	require.Equal(t, r.Digits, digits[:])
	speakers := map[string]*speaker{"I": speak(e.sessionI), "J": speak(e.sessionJ)}
	listeners := map[string]*listener{"I": listen(e.sessionJ), "J": listen(e.sessionI)}
	for n := range r.Frames {
		f := &r.Frames[n]
		from := speakers[f.From]
		require.Equal(t, f.N, from.session.Sent())
		body := from.sign(t, f.unsigned())
		if f.Frame == nil {
			f.Body = body
		}
		require.Equal(t, []byte(f.Body), body)
		frame, err := from.session.Seal(body)
		require.NoError(t, err)
		f.Frame = same(t, f.Frame, frame)
		body, err = listeners[f.From].hear(f.Frame)
		require.NoError(t, err)
		require.Equal(t, []byte(f.Body), body)
	}
	kR := e.sessionI.Relink()
	r.KR = same(t, r.KR, kR[:])
	require.Equal(t, kR, e.sessionJ.Relink())
	for n := range r.Lines {
		l := &r.Lines[n]
		line := l.id()
		l.ID = same(t, l.ID, line[:])
		l.ResumeI, l.ResumeJ = same(t, l.ResumeI, resume(e.sessionI, line, l.NextI)), same(t, l.ResumeJ, resume(e.sessionJ, line, l.NextJ))
		require.NoError(t, checkResume(e.sessionJ, line, l.ResumeI))
		require.NoError(t, checkResume(e.sessionI, line, l.ResumeJ))
	}
	for n := range r.Repairs {
		r.Repairs[n].make(t, e)
	}
}

// unsigned is the body without its signature, which a new vector has not got yet.
func (f *vectorFrame) unsigned() []byte {
	if f.Frame == nil || f.Body[0] != 1 {
		return f.Body
	}
	return append([]byte{1}, f.Body[65:]...)
}

func (e *ends) side(name string) (it, other *seal.Frames) {
	if name == "I" {
		return e.sessionI, e.sessionJ
	}
	return e.sessionJ, e.sessionI
}

// TestIntegrationVectors replays testdata/vectors: whole runs, made again
// from their random bytes and opened, and the messages that must be refused,
// each with the kind of failure. It runs natively and in wasm.
func TestIntegrationVectors(t *testing.T) {
	defer seal.FixEncapsulation()()
	if *update {
		writeVectors(t)
	}
	var runs []vectorRun
	var refused []vectorRefusal
	readJSON(t, runsFile, &runs)
	readJSON(t, refusedFile, &refused)
	require.NotEmpty(t, runs)
	byName := map[string]*vectorRun{}
	accepted, each := 0, map[string]int{}
	for n := range runs {
		r := &runs[n]
		byName[r.Name] = r
		t.Run("run/"+r.Name, r.replay)
		for _, f := range r.Frames {
			each[f.From]++
		}
		accepted += 5 + len(r.Frames) + 2*len(r.Lines) + len(r.Repairs) // invite, reply, M1, M2, M3
	}
	require.GreaterOrEqual(t, each["I"], 20)
	require.GreaterOrEqual(t, each["J"], 20)
	failures := map[string]int{}
	for _, v := range refused {
		failures[v.Error]++
		t.Run("refused/"+v.Run+"/"+v.Name, func(t *testing.T) { v.check(t, byName[v.Run]) })
	}
	require.Len(t, failures, len(kinds), "every kind of failure: %v", failures)
	require.GreaterOrEqual(t, len(refused), accepted, "at least half are refusals")
	t.Logf("%d vectors: %d accepted in %d runs, %d refused: %v", accepted+len(refused), accepted, len(runs), len(refused), failures)
}

// replay is a run that was read: nothing in it may be a gap.
func (r *vectorRun) replay(t *testing.T) {
	inv, err := invite.ParseInvite(r.Invite, false)
	require.NoError(t, err)
	require.Equal(t, []byte(r.Invite), inv.Bytes())
	require.Equal(t, [16]byte(r.S), inv.Secret.Bytes())
	answer, err := invite.ParseAnswer(r.Answer, false)
	require.NoError(t, err)
	require.Equal(t, []byte(r.Answer), invite.AnswerBytes(answer))
	for name, b := range map[string]hexBytes{
		"reply": r.Reply, "h1": r.H1, "M1": r.M1, "M2": r.M2, "M3": r.M3, "t2": r.T2, "prk": r.PRK, "t3": r.T3, "dh": r.DH, "kSeal": r.KSeal,
		"slot": r.Slot, "kemSS": r.KEMSecret, "chain I>J": r.ChainIJ, "chain J>I": r.ChainJI, "sid": r.SID, "sas": r.SAS, "kR": r.KR,
	} {
		require.NotEmpty(t, b, name)
	}
	require.NotEmpty(t, r.Lines)
	for _, l := range r.Lines {
		for _, card := range []hexBytes{l.CardI, l.CardJ} {
			description, err := invite.ParseAnswer(card, false)
			require.NoError(t, err)
			require.Equal(t, []byte(card), invite.AnswerBytes(description))
		}
		for _, b := range []hexBytes{l.ID, l.ResumeI, l.ResumeJ} {
			require.NotEmpty(t, b)
		}
	}
	require.NotNil(t, r.Words)
	require.NotEmpty(t, r.Repairs)
	for _, v := range r.Repairs {
		for _, b := range []hexBytes{v.Sealed, v.Repair, v.Slot} {
			require.NotEmpty(t, b)
		}
	}
	types := map[string]bool{}
	for _, f := range r.Frames {
		require.NotEmpty(t, f.Frame)
		require.Equal(t, typeNames[f.Body[0]], f.Type)
		types[f.Type] = true
	}
	r.complete(t)
}

func (v *vectorRefusal) check(t *testing.T, run *vectorRun) {
	t.Helper()
	require.NotNil(t, run)
	want, known := kinds[v.Error]
	require.True(t, known, v.Error)
	require.ErrorIs(t, v.refuse(t, run), want)
}

// refuse hands the message to the side that must refuse it.
func (v *vectorRefusal) refuse(t testing.TB, r *vectorRun) error {
	t.Helper()
	e := r.play(t, v.Step)
	switch v.Step {
	case "invite":
		inv, err := invite.ParseInvite(v.Bytes, false)
		if err != nil {
			return err
		}
		reply, h, err := seal.SealReply(bytes.NewReader(nil), e.keysJ, seal.NewLinkSecret(inv.Secret.Bytes()), inv.Key, v.Bytes, r.Answer)
		require.Nil(t, reply)
		require.Nil(t, h)
		return err
	case "reply":
		answer, h, err := seal.OpenReply(bytes.NewReader(nil), e.keysI, e.secret, r.Invite, v.Bytes)
		require.Nil(t, answer)
		require.Nil(t, h)
		return err
	case "repair":
		to, _ := e.side(v.At)
		got, err := openRepair(to, v.Bytes, 1, 32)
		require.Zero(t, got)
		return err
	case "resume":
		to, _ := e.side(v.At)
		return checkResume(to, r.Lines[v.After].id(), v.Bytes)
	case "frame":
		to, from := e.side(v.At)
		opened, heard := 0, listen(to)
		for _, f := range r.Frames {
			if opened == v.After {
				break
			}
			if f.From != v.At {
				_, err := heard.hear(f.Frame)
				require.NoError(t, err)
				opened++
			}
		}
		require.Equal(t, v.After, opened)
		from.Close()
		body, err := heard.hear(v.Bytes)
		require.Nil(t, body)
		_, again := to.Open(v.Bytes)
		require.ErrorIs(t, again, seal.ErrClosed)
		return err
	}
	h := e.i
	if v.At == "J" {
		h = e.j
	}
	send, session, err := h.Handle(v.Bytes)
	require.Nil(t, send)
	require.Nil(t, session)
	_, _, again := h.Handle(v.Bytes)
	require.ErrorIs(t, again, seal.ErrOrder)
	return err
}

var typeNames = map[byte]string{1: "text", 2: "more", 3: "ack", 4: "heard", 5: "bye", 0x41: "can"}

func readJSON(t testing.TB, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(into))
}

func writeJSON(t testing.TB, file string, value any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(value))
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
}

// writeVectors makes both files anew. They follow from the code and fixed seeds alone.
func writeVectors(t *testing.T) {
	runs := []vectorRun{
		newRun(t, "browsers", chromium([]sdp.Candidate{public}), firefox([]sdp.Candidate{mdns, public6}), false, script(true)),
		newRun(t, "terminals", pion([]sdp.Candidate{public, public6, relayed}), pion([]sdp.Candidate{lan, public, public6, relayed}), true, script(false)),
		newRun(t, "eight candidates", firefox([]sdp.Candidate{lan, mdns}),
			pion([]sdp.Candidate{lan, mdns, public, public6, relayed, {Port: 1024, Address: lan.Address}, {Port: 65535, Address: lan.Address}, {Port: 2000, Address: mdns.Address}}), false,
			[]vectorFrame{{From: "J", Type: "text", Body: []byte("\x01\xf0\x9f\x91\x8b")}, {From: "I", Type: "bye", Body: []byte{5, 1}}}),
	}
	for n := range runs {
		runs[n].complete(t)
	}
	writeJSON(t, runsFile, runs)
	var refused []vectorRefusal
	for n := range runs[:2] {
		refused = append(refused, refusals(t, &runs[n], &runs[1-n])...)
	}
	for n := range refused {
		v := &refused[n]
		for r := range runs {
			if runs[r].Name == v.Run {
				err := v.refuse(t, &runs[r])
				require.Equal(t, v.Error, kindOf(err), "%s: %s", v.Run, v.Name)
			}
		}
	}
	writeJSON(t, refusedFile, refused)
}

func newRun(t *testing.T, name string, offer, answer sdp.Description, mailbox bool, frames []vectorFrame) vectorRun {
	random := seeded("vectors: "+name, 0)
	take := func(n int) hexBytes {
		b := make(hexBytes, n)
		_, err := io.ReadFull(random, b)
		require.NoError(t, err)
		return b
	}
	r := vectorRun{
		Name: name, S: take(16), AgreementI: take(32), SigningI: take(32), AgreementJ: take(32), SigningJ: take(32),
		KEMSeed: take(64), NonceJ: take(32), NonceI: take(32), KEMRandom: take(32), Frames: frames,
	}
	copy(offer.Fingerprint[:], take(32))
	copy(answer.Fingerprint[:], take(32))
	keys, err := seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(r.AgreementI), bytes.NewReader(r.SigningI)))
	require.NoError(t, err)
	r.Invite = invite.Invite{Mailbox: mailbox, Secret: invite.NewSecret([16]byte(r.S)), Key: keys.PublicKey(), Offer: offer}.Bytes()
	r.Answer = invite.AnswerBytes(answer)
	// The cards of a chat are described as its first line was, each with a certificate of its own.
	card := func(d sdp.Description) hexBytes { copy(d.Fingerprint[:], take(32)); return invite.AnswerBytes(d) }
	for _, n := range [][2]uint32{{1, 1}, {2, 3}, {258, 70000}} {
		r.Lines = append(r.Lines, vectorLine{I: n[0], J: n[1], CardI: card(offer), CardJ: card(answer), NextI: uint64(n[0]) << 3, NextJ: uint64(n[1]) << 30})
	}
	for n, meets := range [][2]uint32{{3, 5}, {4, 0}, {16, 1 << 20}, {70000, 258}} {
		r.Repairs = append(r.Repairs,
			vectorRepair{From: "I", N: meets[0], Meets: meets[1], Card: card(offer)},
			vectorRepair{From: "J", N: meets[0] + uint32(n), Meets: meets[1], Card: card(answer)})
	}
	sent := map[string]uint64{}
	for n := range r.Frames {
		f := &r.Frames[n]
		f.N = sent[f.From]
		sent[f.From]++
	}
	return r
}

// script is what two people might say: 20 frames each way, every type, parts
// of a long message if long.
func script(long bool) (frames []vectorFrame) {
	add := func(from string, body string) {
		frames = append(frames, vectorFrame{From: from, Type: typeNames[body[0]], Body: []byte(body)})
	}
	ack := func(n int) string { return "\x03\x00\x00\x00\x00\x00\x00\x00" + string([]byte{byte(n)}) }
	heard := func(n int) string { return "\x04\x00\x00\x00\x00\x00\x00\x00" + string([]byte{byte(n)}) }
	add("J", "\x41\x00\x00\x00\x00\x00\x00\x00\x00")
	add("I", "\x41\x00\x00\x00\x00\x00\x00\x00\x00")
	texts := []string{"hello", "你好", "שלום, עולם", "👩‍👩‍👧‍👦", "a\nb\r\nc\x00d", strings.Repeat("x", 190), strings.Repeat("é", 96), "<script>alert(1)</script>", strings.Repeat("long ", 200)}
	for n, text := range texts {
		add("I", "\x01"+text)
		add("J", ack(2*n+2))
		add("J", "\x01"+strings.ToUpper(text))
		add("I", ack(2*n+3))
	}
	if long {
		add("I", "\x02"+strings.Repeat("0123456789abcdef", 1000))
		add("I", "\x01the end")
		add("J", "\x02"+strings.Repeat("fedcba9876543210", 1000))
		add("J", "\x01the end")
	} else {
		add("I", "\x01goodbye")
		add("I", heard(19))
		add("J", heard(21))
		add("J", "\x7ea type of a later version")
	}
	add("J", heard(21))
	add("I", heard(22))
	add("I", "\x05\x01")
	add("J", "\x05\x03")
	return frames
}

func chromium(c []sdp.Candidate) sdp.Description {
	return sdp.Description{Ufrag: "8hhY", Password: "asd88fgpdd777uzjYhagZg+/", Candidates: c}
}
func firefox(c []sdp.Candidate) sdp.Description {
	return sdp.Description{Ufrag: "1afe1b55", Password: "69241e27ed171bc55cd1419573290b31", Candidates: c}
}
func pion(c []sdp.Candidate) sdp.Description {
	return sdp.Description{Ufrag: "fVhNLnEjQDXlXkcb", Password: "uZQvEGTFxdJJmFgrJyKmcuDJUtYwRSxm", Candidates: c}
}

var (
	public  = sdp.Candidate{Type: sdp.ServerReflexive, Address: sdp.Address{Bytes: [16]byte{203, 0, 113, 7}}, Port: 56030}
	relayed = sdp.Candidate{Type: sdp.Relayed, Address: sdp.Address{Bytes: [16]byte{198, 51, 100, 20}}, Port: 49152}
	lan     = sdp.Candidate{Address: sdp.Address{Bytes: [16]byte{192, 168, 1, 20}}, Port: 40404}
	public6 = sdp.Candidate{Type: sdp.ServerReflexive, Address: sdp.Address{Kind: sdp.IPv6, Bytes: [16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: 7}}, Port: 44548}
	mdns    = sdp.Candidate{Address: sdp.Address{Kind: sdp.MDNS, Bytes: [16]byte{0xa4, 0xf9, 0x9c, 0x4b, 0xe7, 0x2d, 0x4d, 0x19, 0xb0, 0x53, 0xad, 0x46, 0xa7, 0x88, 0xc6, 0x45}}, Port: 37829}
)
