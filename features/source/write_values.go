package source

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/encoding/delta"
	encodeplain "github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// A dictionary pays where values repeat. Every chunk begins with one; it is left for good when it holds too much, or when of the first page's
// values, at the latest of as many as firstLook, nearly all differ. Pages that were encoded by it stay so.
const (
	dictionaryBytes = 1 << 20 // of texts
	dictionaryWords = 1 << 12 // numbers
	firstLook       = 1 << 12
)

// mostlyDiffer says that nearly all of n values differ.
func mostlyDiffer(different, n int) bool { return n > 0 && different >= n-n/8 }

// pageCodes are the places in the dictionary of the page's values.
type pageCodes struct {
	open  bool // the dictionary takes values
	used  bool // pages were encoded by it
	codes []int32
}

func (p *pageCodes) begin() { p.open, p.used, p.codes = true, false, p.codes[:0] }

func (p *pageCodes) endPage(into []byte) ([]byte, format.Encoding, error) {
	p.used = true
	data, err := new(rle.DictionaryEncoding).EncodeInt32(into, p.codes)
	p.codes = p.codes[:0]
	return data, format.RLEDictionary, err
}

// numberValues are numbers, times and booleans. A double is held as its bits.
type numberValues struct {
	stored format.Type
	info   ColumnInfo
	pageCodes
	known   words
	words   []int64 // of the page, when the dictionary is left
	made    []int64
	encoded []byte
	least   int64 // of the pages without the dictionary
	most    int64
	any     bool
}

func (v *numberValues) begin() {
	v.pageCodes.begin()
	v.known.begin()
	v.words, v.any = v.words[:0], false
}

func (v *numberValues) add(column *Column, from, to int, null []bool) int {
	words := v.of(column, from, to, null)
	for len(words) > 0 && v.open {
		code, ok := v.known.place(words[0])
		if !ok {
			v.leave()
			break
		}
		v.codes = append(v.codes, code)
		words = words[1:]
	}
	v.words = append(v.words, words...)
	return to
}

// of gives the rows' values as whole numbers, or by their bits.
func (v *numberValues) of(column *Column, from, to int, null []bool) (words []int64) {
	made := v.made[:0]
	switch {
	case column.Kind == Number && column.Whole:
		words = column.Integers[from:to]
	case column.Kind == Number:
		for _, value := range column.Numbers[from:to] {
			made = append(made, int64(math.Float64bits(value)))
		}
		words = made
	case column.Kind == Boolean:
		for _, value := range column.Booleans[from:to] {
			word := int64(0)
			if value {
				word = 1
			}
			made = append(made, word)
		}
		words = made
	case column.DateOnly:
		for _, value := range column.Times[from:to] {
			made = append(made, floorDivide(value, microsPerDay))
		}
		words = made
	default:
		words = column.Times[from:to]
	}
	if null != nil {
		present := made[:0] // in place: it never runs ahead of words
		for i, word := range words {
			if !null[i] {
				present = append(present, word)
			}
		}
		words, made = present, present
	}
	v.made = made
	return words
}

// leave leaves the dictionary.
func (v *numberValues) leave() {
	for _, code := range v.codes {
		v.words = append(v.words, v.known.values[code])
	}
	v.open, v.codes = false, v.codes[:0]
}

func (v *numberValues) endPage() (_ []byte, _ format.Encoding, err error) {
	if v.open && (v.stored == format.Boolean || !v.used && mostlyDiffer(len(v.known.values), len(v.codes))) {
		v.leave()
	}
	if v.open && len(v.codes) > 0 {
		var encoding format.Encoding
		v.encoded, encoding, err = v.pageCodes.endPage(v.encoded)
		return v.encoded, encoding, err
	}
	v.widen(v.words)
	words := v.words
	v.words = v.words[:0]
	if v.stored == format.Int64 { // whole numbers and instants: of neighbours the differences are small
		v.encoded, err = new(delta.BinaryPackedEncoding).EncodeInt64(v.encoded, words)
		return v.encoded, format.DeltaBinaryPacked, err
	}
	v.encoded, err = v.plain(v.encoded, words)
	return v.encoded, format.Plain, err
}

func (v *numberValues) plain(into []byte, words []int64) ([]byte, error) {
	switch v.stored {
	case format.Boolean:
		into = slices.Grow(into[:0], (len(words)+7)/8)[:(len(words)+7)/8]
		clear(into)
		for i, word := range words {
			into[i/8] |= byte(word) << (i % 8)
		}
		return into, nil
	case format.Int32:
		into = into[:0]
		for _, word := range words {
			into = binary.LittleEndian.AppendUint32(into, uint32(word))
		}
		return into, nil
	}
	return new(encodeplain.Encoding).EncodeInt64(into, words)
}

func (v *numberValues) dictionary() ([]byte, int) {
	if !v.used {
		return nil, 0
	}
	data, _ := v.plain(nil, v.known.values) // no error: it copies
	return data, len(v.known.values)
}

// widen takes values into the bounds.
func (v *numberValues) widen(words []int64) {
	if len(words) == 0 {
		return
	}
	least, most := words[0], words[0]
	if v.any {
		least, most = v.least, v.most
	}
	switch {
	case v.stored == format.Double:
		low, high := math.Float64frombits(uint64(least)), math.Float64frombits(uint64(most))
		for _, word := range words {
			value := math.Float64frombits(uint64(word))
			low, high = min(low, value), max(high, value)
		}
		least, most = int64(math.Float64bits(low)), int64(math.Float64bits(high))
	case v.info.Unsigned:
		for _, word := range words {
			least, most = int64(min(uint64(least), uint64(word))), int64(max(uint64(most), uint64(word)))
		}
	default:
		least, most = min(least, slices.Min(words)), max(most, slices.Max(words))
	}
	v.least, v.most, v.any = least, most, true
}

func (v *numberValues) bounds() (least, most []byte) {
	if v.used {
		v.widen(v.known.values)
	}
	if !v.any {
		return nil, nil
	}
	if v.stored == format.Double { // the format asks for the zeros that enclose both
		if math.Float64frombits(uint64(v.least)) == 0 {
			v.least = math.MinInt64
		}
		if math.Float64frombits(uint64(v.most)) == 0 {
			v.most = 0
		}
	}
	least, _ = v.plain(nil, []int64{v.least})
	most, _ = v.plain(nil, []int64{v.most})
	return least, most
}

// words numbers the different values of a column, up to dictionaryWords.
type words struct {
	values []int64
	places []int32 // value's place + 1; 0: free. At most half are taken
}

func (w *words) begin() {
	if w.places == nil {
		w.places = make([]int32, 2*dictionaryWords)
	}
	if len(w.values) > 0 {
		clear(w.places)
	}
	w.values = w.values[:0]
}

// place is the value's; false: there is none for it any more.
func (w *words) place(value int64) (int32, bool) {
	const multiplier = 0x9e3779b97f4a7c15 // 2⁶⁴ divided by the golden ratio
	at := int(uint64(value) * multiplier >> (64 - bits.Len(2*dictionaryWords-1)))
	for ; w.places[at] != 0; at = (at + 1) & (2*dictionaryWords - 1) {
		if k := w.places[at] - 1; w.values[k] == value {
			return k, true
		}
	}
	if len(w.values) == dictionaryWords {
		return 0, false
	}
	w.values = append(w.values, value)
	w.places[at] = int32(len(w.values))
	return int32(len(w.values) - 1), true
}

// textValues are texts, each behind its length in four bytes when the dictionary is left.
type textValues struct {
	pageCodes
	levels  []string // of the dictionary
	places  map[string]int32
	size    int // bytes of the dictionary
	text    []byte
	encoded []byte

	columnLevels []columnLevel
	call         int // of add, in the chunk

	least, most []byte // of the pages without the dictionary
	any         bool
}

func (v *textValues) begin() {
	v.pageCodes.begin()
	v.levels, v.size, v.any, v.text = v.levels[:0], 0, false, v.text[:0]
	if v.places == nil {
		v.places = map[string]int32{}
	}
	clear(v.places)
	v.columnLevels, v.call = v.columnLevels[:0], 0
}

func (v *textValues) add(column *Column, from, to int, null []bool) int {
	if !v.open && len(v.codes) > 0 { // the last page by the dictionary ends before the first without
		return from
	}
	v.call++
	for row := from; row < to; row++ {
		if null != nil && null[row-from] {
			continue
		}
		switch {
		case !v.open:
			v.append(column.text(row))
			if len(v.text) >= pageBytes {
				return row + 1
			}
			continue
		case column.Codes == nil:
			v.codes = append(v.codes, v.place(column.Text[row]))
		default:
			level := int(column.Codes[row])
			if level < len(v.columnLevels) && v.columnLevels[level].call == v.call { // as nearly always
				v.codes = append(v.codes, v.columnLevels[level].place)
				if len(v.codes) != firstLook {
					continue
				}
			} else {
				v.codes = append(v.codes, v.placeOfLevel(column, level))
			}
		}
		if len(v.codes) == firstLook && !v.used && mostlyDiffer(len(v.levels), firstLook) || v.size > dictionaryBytes {
			if v.leave(); len(v.codes) > 0 {
				return row + 1
			}
		}
	}
	return to
}

func (v *textValues) place(text string) int32 {
	place, ok := v.places[text]
	if !ok {
		place = int32(len(v.levels))
		text = strings.Clone(text)
		v.levels = append(v.levels, text)
		v.places[text] = place
		v.size += len(text)
	}
	return place
}

// columnLevel is where one of the column's own levels stands in the dictionary, looked up once a call.
type columnLevel struct {
	call  int
	place int32
}

func (v *textValues) placeOfLevel(column *Column, level int) int32 {
	if level >= len(v.columnLevels) {
		v.columnLevels = append(v.columnLevels, make([]columnLevel, level+1-len(v.columnLevels))...)
	}
	known := &v.columnLevels[level]
	if known.call != v.call {
		text := column.Levels[level]
		if known.call == 0 || v.levels[known.place] != text { // a level mostly is what it was at the last call
			known.place = v.place(text)
		}
		known.call = v.call
	}
	return known.place
}

func (v *textValues) append(text string) {
	v.text = encodeplain.AppendByteArrayString(v.text, text)
	v.widen(text)
}

// leave leaves the dictionary. The open page is written without it, unless its texts would be too long together: then it stays as it is, and ends.
func (v *textValues) leave() {
	v.open = false
	length := 0
	for _, code := range v.codes {
		if length += len(v.levels[code]); length > 2*pageBytes {
			return
		}
	}
	for _, code := range v.codes {
		v.append(v.levels[code])
	}
	v.codes = v.codes[:0]
}

func (v *textValues) endPage() (_ []byte, _ format.Encoding, err error) {
	if v.open && !v.used && mostlyDiffer(len(v.levels), len(v.codes)) {
		v.leave()
	}
	if len(v.codes) > 0 {
		var encoding format.Encoding
		v.encoded, encoding, err = v.pageCodes.endPage(v.encoded)
		return v.encoded, encoding, err
	}
	data := v.text
	v.text = v.text[:0] // the caller is done with it before the next value
	return data, format.Plain, nil
}

func (v *textValues) dictionary() (data []byte, values int) {
	if !v.used {
		return nil, 0
	}
	for _, text := range v.levels {
		data = encodeplain.AppendByteArrayString(data, text)
	}
	return data, len(v.levels)
}

func (v *textValues) widen(text string) {
	switch {
	case !v.any:
		v.least, v.most, v.any = append(v.least[:0], text...), append(v.most[:0], text...), true
	case text < string(v.least):
		v.least = append(v.least[:0], text...)
	case text > string(v.most):
		v.most = append(v.most[:0], text...)
	}
}

// longestBound is the longest text that the footer holds.
const longestBound = 256

func (v *textValues) bounds() (least, most []byte) {
	if v.used {
		for _, text := range v.levels {
			v.widen(text)
		}
	}
	if !v.any || max(len(v.least), len(v.most)) > longestBound {
		return nil, nil
	}
	return append([]byte{}, v.least...), append([]byte{}, v.most...) // of an empty text not nil, which would say that there is none
}
