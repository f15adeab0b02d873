package seal_test

import (
	"bytes"
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/seal"
)

const returnsFile = "testdata/vectors/returns.json"

// vectorReturn is how two sides come back to a run with its ticket.
type vectorReturn struct {
	Name string
	Run  string

	// Every random byte.
	AgreementI, SigningI, AgreementJ, SigningJ hexBytes
	KEMSeed, NonceJ, NonceI, KEMRandom         hexBytes

	NamesI, NamesJ   hexBytes
	CardI, CardJ     hexBytes
	ReturnI, ReturnJ hexBytes
	SlotsI, SlotsJ   []hexBytes
	ClaimI, ClaimJ   hexBytes

	DH, S                      hexBytes
	H1, M1, KEMSecret, M2      hexBytes
	T2, PRK, T3, M3            hexBytes
	ChainIJ, ChainJI, SID, SAS hexBytes
	KR, Ticket                 hexBytes
	Refused                    []vectorRefusedReturn
}

// vectorRefusedReturn is a return that does not open at one side of the run.
type vectorRefusedReturn struct {
	Name  string
	At    string // "I" or "J"
	Bytes hexBytes
	Error string
}

// openReturn opens a return at the side role.
func openReturn(role seal.Role, ticket seal.Ticket, b []byte) ([]byte, error) {
	code, err := invite.NewCode(b)
	if err != nil {
		return nil, err
	}
	x, box := code.Sealed()
	return seal.OpenReturn(role, ticket, seal.PublicKey(x), box)
}

// complete makes both returns and shakes hands with them.
func (v *vectorReturn) complete(t testing.TB, run *vectorRun) {
	t.Helper()
	before := run.play(t, "frame")
	ticket := before.sessionI.Ticket()
	require.Equal(t, ticket.Bytes(), before.sessionJ.Ticket().Bytes())

	var keys [2]*seal.KeyPair
	codes := [2]*hexBytes{&v.ReturnI, &v.ReturnJ}
	for n, side := range []struct {
		role                            seal.Role
		agreement, signing, names, card hexBytes
		slots                           *[]hexBytes
		claim                           *hexBytes
	}{
		{seal.Inviter, v.AgreementI, v.SigningI, v.NamesI, v.CardI, &v.SlotsI, &v.ClaimI},
		{seal.Joiner, v.AgreementJ, v.SigningJ, v.NamesJ, v.CardJ, &v.SlotsJ, &v.ClaimJ},
	} {
		var err error
		keys[n], err = seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(side.agreement), bytes.NewReader(side.signing)))
		require.NoError(t, err)
		card, err := invite.ParseCard(side.card, false)
		require.NoError(t, err)
		require.Equal(t, []byte(side.card), invite.CardBytes(card))
		told := append(bytes.Clone(side.names), side.card...)
		x, box, err := seal.SealReturn(side.role, ticket, keys[n], told)
		require.NoError(t, err)
		answers := !bytes.Equal(side.names, make([]byte, 8))
		*codes[n] = same(t, *codes[n], invite.NewRepair(answers, x, box))
		opened, err := openReturn(seal.Inviter+seal.Joiner-side.role, ticket, *codes[n])
		require.NoError(t, err)
		require.Equal(t, told, opened)
		if *side.slots == nil {
			*side.slots = make([]hexBytes, 8)
		}
		require.Len(t, *side.slots, 8)
		for k := range *side.slots {
			slot := seal.ReturnSlot(ticket, side.role, uint32(k))
			(*side.slots)[k] = same(t, (*side.slots)[k], slot[:])
		}
		claim := seal.ReturnClaim(ticket, side.role)
		*side.claim = same(t, *side.claim, claim[:])
	}
	dh, secret := keys[0].SecretOf(keys[1].PublicKey()), seal.NextSecret(ticket).Bytes()
	v.DH, v.S = same(t, v.DH, dh[:]), same(t, v.S, secret[:])
	i, err := seal.NewReturn(io.MultiReader(bytes.NewReader(v.NonceI), bytes.NewReader(v.KEMRandom)), seal.Inviter, ticket, keys[0], keys[1].PublicKey(), v.ReturnI[1:], v.ReturnJ[1:])
	require.NoError(t, err)
	j, err := seal.NewReturn(io.MultiReader(bytes.NewReader(v.KEMSeed), bytes.NewReader(v.NonceJ)), seal.Joiner, ticket, keys[1], keys[0].PublicKey(), v.ReturnI[1:], v.ReturnJ[1:])
	require.NoError(t, err)
	h1 := i.Transcript()
	v.H1 = same(t, v.H1, h1[:])

	m1, err := j.Start()
	require.NoError(t, err)
	m2, _, err := i.Handle(m1)
	require.NoError(t, err)
	t2, prk := i.Transcript(), i.Root()
	m3, atJ, err := j.Handle(m2)
	require.NoError(t, err)
	t3 := j.Transcript()
	_, atI, err := i.Handle(m3)
	require.NoError(t, err)
	v.M1, v.M2, v.M3 = same(t, v.M1, m1), same(t, v.M2, m2), same(t, v.M3, m3)
	v.T2, v.PRK, v.T3 = same(t, v.T2, t2[:]), same(t, v.PRK, prk[:]), same(t, v.T3, t3[:])
	kem, err := mlkem.NewDecapsulationKey768(v.KEMSeed)
	require.NoError(t, err)
	kemSecret, _, err := mlkemtest.Encapsulate768(kem.EncapsulationKey(), v.KEMRandom)
	require.NoError(t, err)
	v.KEMSecret = same(t, v.KEMSecret, kemSecret)

	ij, ji := atI.Chains()
	id, sas, kR, next := atI.ID(), atI.SAS(), atI.Relink(), atI.Ticket().Bytes()
	require.Equal(t, sas, atJ.SAS())
	require.Equal(t, next, atJ.Ticket().Bytes())
	v.ChainIJ, v.ChainJI = same(t, v.ChainIJ, ij[:]), same(t, v.ChainJI, ji[:])
	v.SID, v.SAS = same(t, v.SID, id[:]), same(t, v.SAS, sas[:])
	v.KR, v.Ticket = same(t, v.KR, kR[:]), same(t, v.Ticket, next[:])

	for _, r := range v.Refused {
		role := seal.Inviter
		if r.At == "J" {
			role = seal.Joiner
		}
		plain, err := openReturn(role, ticket, r.Bytes)
		require.Nil(t, plain, r.Name)
		require.Equal(t, r.Error, kindOf(err), r.Name)
	}
}

// TestIntegrationReturnVectors replays how two sides come back to each run.
func TestIntegrationReturnVectors(t *testing.T) {
	defer seal.FixEncapsulation()()
	var runs []vectorRun
	readJSON(t, runsFile, &runs)
	byName := map[string]*vectorRun{}
	for n := range runs {
		byName[runs[n].Name] = &runs[n]
	}
	if *update {
		writeReturns(t, runs)
	}
	var returns []vectorReturn
	readJSON(t, returnsFile, &returns)
	require.Len(t, returns, len(runs))
	refused := 0
	for n := range returns {
		v := &returns[n]
		t.Run(v.Name, func(t *testing.T) {
			for name, b := range map[string]hexBytes{
				"return of I": v.ReturnI, "return of J": v.ReturnJ, "claim of I": v.ClaimI, "claim of J": v.ClaimJ, "dh": v.DH, "S": v.S, "h1": v.H1,
				"M1": v.M1, "M2": v.M2, "M3": v.M3, "t2": v.T2, "prk": v.PRK, "t3": v.T3, "kemSS": v.KEMSecret, "chain I>J": v.ChainIJ,
				"chain J>I": v.ChainJI, "sid": v.SID, "sas": v.SAS, "kR": v.KR, "ticket": v.Ticket,
			} {
				require.NotEmpty(t, b, name)
			}
			for _, slot := range append(v.SlotsI, v.SlotsJ...) {
				require.NotEmpty(t, slot)
			}
			require.NotEmpty(t, v.Refused)
			refused += len(v.Refused)
			require.NotNil(t, byName[v.Run])
			v.complete(t, byName[v.Run])
		})
	}
	t.Logf("%d vectors: %d returns, %d refused", 2*len(returns)+refused, 2*len(returns), refused)
}

// writeReturns makes the file anew, of the runs and fixed seeds alone.
func writeReturns(t *testing.T, runs []vectorRun) {
	var returns []vectorReturn
	for n := range runs {
		run, random := &runs[n], seeded("vectors: back to "+runs[n].Name, 0)
		take := func(n int) hexBytes {
			b := make(hexBytes, n)
			_, err := io.ReadFull(random, b)
			require.NoError(t, err)
			return b
		}
		v := vectorReturn{
			Name: "back to " + run.Name, Run: run.Name, AgreementI: take(32), SigningI: take(32), AgreementJ: take(32), SigningJ: take(32),
			KEMSeed: take(64), NonceJ: take(32), NonceI: take(32), KEMRandom: take(32),
			NamesI: make(hexBytes, 8), NamesJ: make(hexBytes, 8), CardI: run.Lines[0].CardI, CardJ: run.Lines[0].CardJ,
		}
		x := func(agreement, signing hexBytes) hexBytes {
			keys, err := seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(agreement), bytes.NewReader(signing)))
			require.NoError(t, err)
			x := keys.PublicKey()
			return x[:8]
		}
		switch n { // both fresh, or one of them answers
		case 1:
			v.NamesI = x(v.AgreementJ, v.SigningJ)
		case 2:
			v.NamesJ = x(v.AgreementI, v.SigningI)
		}
		v.complete(t, run)
		v.Refused = refusedReturns(t, &v, run, &runs[(n+1)%len(runs)])
		returns = append(returns, v)
	}
	writeJSON(t, returnsFile, returns)
}

// refusedReturns are what is wrong with a return in every way.
func refusedReturns(t *testing.T, v *vectorReturn, run, other *vectorRun) (list []vectorRefusedReturn) {
	ticket, others := run.play(t, "frame").sessionI.Ticket(), other.play(t, "frame").sessionI.Ticket()
	add := func(name, at string, b []byte) {
		role := seal.Inviter
		if at == "J" {
			role = seal.Joiner
		}
		_, err := openReturn(role, ticket, b)
		require.Error(t, err, name)
		list = append(list, vectorRefusedReturn{Name: name, At: at, Bytes: b, Error: kindOf(err)})
	}
	changed := func(at int) hexBytes {
		b := bytes.Clone(v.ReturnI)
		b[at] ^= 1
		return b
	}
	sealed := func(ticket seal.Ticket, role seal.Role) hexBytes {
		keys, err := seal.GenerateKeyPair(io.MultiReader(bytes.NewReader(v.AgreementI), bytes.NewReader(v.SigningI)))
		require.NoError(t, err)
		x, box, err := seal.SealReturn(role, ticket, keys, append(bytes.Clone(v.NamesI), v.CardI...))
		require.NoError(t, err)
		return hexBytes(invite.NewRepair(false, x, box))
	}
	add("one's own, at the inviter", "I", v.ReturnI)
	add("one's own, at the joiner", "J", v.ReturnJ)
	add("with the ticket of another chat", "J", sealed(others, seal.Inviter))
	add("sealed in the other direction", "J", sealed(ticket, seal.Joiner))
	add("another key before the box", "J", changed(1))
	add("the top bit of the key", "J", func() hexBytes { b := bytes.Clone(v.ReturnI); b[32] ^= 0x80; return b }())
	add("a bit of the tag", "J", changed(33))
	add("the last bit of the box", "J", changed(len(v.ReturnI)-1))
	add("one byte less", "J", v.ReturnI[:len(v.ReturnI)-1])
	add("one byte more", "J", append(bytes.Clone(v.ReturnI), 0))
	add("a repair of the same chat", "J", run.Repairs[0].Repair)
	add("nothing", "J", nil)
	key := seal.ReturnBoxKey(ticket, seal.Inviter, seal.PublicKey(v.ReturnI[1:33]))
	for _, p := range []struct {
		name  string
		plain []byte
	}{
		{"no padding", make([]byte, 128)},
		{"padded to the next size", append(append(append(bytes.Clone(v.NamesI), v.CardI...), 0x80), make([]byte, 256-9-len(v.CardI))...)},
	} {
		box, err := seal.Encrypt(key, seal.Nonce{}, p.plain)
		require.NoError(t, err)
		add(p.name, "J", invite.NewRepair(false, [32]byte(v.ReturnI[1:33]), box))
	}
	return list
}
