package chat

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitEmoji: what is one emoji, and what only looks as if, is more than one, or would steer a screen.
func TestUnitEmoji(t *testing.T) {
	for _, one := range []string{
		"👍", "❤️", "❤", "😂", "👍🏽", "👩‍👩‍👧‍👦", "👨🏿‍❤️‍💋‍👨🏻", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "#⃣", "©️", "™", "ℹ️", "🏳️‍🌈", "🏴‍☠️",
		"↩️", "⌚", "Ⓜ️", "⭐", "〰️", "㊗️", "🀄", "🫠", "🧑🏼‍🤝‍🧑🏿", "⁉️", "🅰️",
	} {
		require.True(t, isEmoji(one), "%q", one)
	}
	for _, none := range []string{
		"", "a", "1", "#", "👍👍", "👍 ", " 👍", "👍a", "ok", "🇩", "🇩🇪🇩", "👍🏽🏽", "\u200d", "👩\u200d", "\u200d👩", "👩\u200d\u200d👧", "\ufe0f", "👍\ufe0f\ufe0f",
		"\u202e", "👍\u202e", "\u2066👍", "👍\u0301", "<b>", "\x00", "\n", "\xf0\x9f", "👍\xff", "\ud7ff", "\U000e0067", "🏴\U000e0067", "🏴\U000e007f", "👍\U000e0067\U000e007f",
		"é", "你", "✂️✂️", "1⃣️", "1️", strings.Repeat("👩\u200d", 10) + "👩", strings.Repeat("👍", 10_000), "🬀", "\u2028", "\u00ad",
	} {
		require.False(t, isEmoji(none), "%q", none)
	}
}
