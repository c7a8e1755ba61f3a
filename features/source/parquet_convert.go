package source

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding"
)

// errShort tells of a page that holds fewer values than its header says.
var errShort = errors.New("a page has fewer values than it says")

// convert writes the stored values from … to (without to) to the column's rows from at on. A value that cannot be
// converted goes to fault, with its place counted from 0; an error means that the page is damaged.
func (l *layout) convert(data encoding.Values, from, to int, column *Column, at int, fault func(int, string)) error {
	if l.meaning == nothing {
		return errors.New("a column of nulls has a value")
	}
	switch data.Kind() {
	case encoding.Boolean:
		return convertBooleans(data.Boolean(), from, to, column.Booleans[at:])
	case encoding.Int32:
		return l.convertInt32(data.Int32(), from, to, column, at, fault)
	case encoding.Int64:
		return l.convertInt64(data.Int64(), from, to, column, at, fault)
	case encoding.Int96:
		return convertInt96(data.Int96(), from, to, column.Times[at:], fault)
	case encoding.Float:
		values, err := part(data.Float(), from, to)
		for i, value := range values {
			column.Numbers[at+i] = float64(value)
		}
		return err
	case encoding.Double:
		values, err := part(data.Double(), from, to)
		copy(column.Numbers[at:], values)
		return err
	case encoding.ByteArray:
		bytes, offsets := data.ByteArray()
		return l.convertBytes(bytes, offsets, from, to, column, at, fault)
	case encoding.FixedLenByteArray:
		bytes, size := data.FixedLenByteArray()
		return l.convertFixed(bytes, size, from, to, column, at)
	}
	return fmt.Errorf("values of kind %s", data.Kind())
}

// part is a slice that cannot panic: counts come from the file.
func part[T any](values []T, from, to int) ([]T, error) {
	if len(values) < to {
		return nil, errShort
	}
	return values[from:to], nil
}

func convertBooleans(bits []byte, from, to int, values []bool) error {
	if len(bits)*8 < to {
		return errShort
	}
	for i := from; i < to; i++ {
		values[i-from] = bits[i/8]>>(i%8)&1 != 0
	}
	return nil
}

func (l *layout) convertInt32(stored []int32, from, to int, column *Column, at int, fault func(int, string)) error {
	stored, err := part(stored, from, to)
	if err != nil {
		return err
	}
	switch {
	case l.meaning == day:
		for i, value := range stored {
			column.Times[at+i] = int64(value) * microsPerDay
		}
	case l.meaning == timeOfDay:
		for i, value := range stored {
			column.Text[at+i] = l.timeOfDay(int64(value), i, fault)
		}
	case l.meaning == decimal:
		for i, value := range stored {
			column.Numbers[at+i] = float64(value) / l.scale
		}
	case l.info.Unsigned:
		for i, value := range stored {
			column.Integers[at+i] = int64(uint32(value))
			column.Numbers[at+i] = float64(uint32(value))
		}
	default:
		for i, value := range stored {
			column.Integers[at+i] = int64(value)
			column.Numbers[at+i] = float64(value)
		}
	}
	return nil
}

func (l *layout) convertInt64(stored []int64, from, to int, column *Column, at int, fault func(int, string)) error {
	stored, err := part(stored, from, to)
	if err != nil {
		return err
	}
	switch {
	case l.meaning == instant:
		for i, value := range stored {
			column.Times[at+i] = l.micros(value, i, fault)
		}
	case l.meaning == timeOfDay:
		for i, value := range stored {
			column.Text[at+i] = l.timeOfDay(value, i, fault)
		}
	case l.meaning == decimal:
		for i, value := range stored {
			column.Numbers[at+i] = l.decimal(big.NewInt(value))
		}
	case l.info.Unsigned:
		copy(column.Integers[at:], stored)
		for i, value := range stored {
			column.Numbers[at+i] = float64(uint64(value))
		}
	default:
		copy(column.Integers[at:], stored)
		for i, value := range stored {
			column.Numbers[at+i] = float64(value)
		}
	}
	return nil
}

const microsPerDay int64 = 24 * 60 * 60 * 1000 * 1000

// convertInt96 reads the old timestamps of Impala, Hive and Spark: nanoseconds of the day, then the Julian day.
func convertInt96(stored []deprecated.Int96, from, to int, times []int64, fault func(int, string)) error {
	const epochJulianDay = 2440588
	stored, err := part(stored, from, to)
	for i, value := range stored {
		nanos := uint64(value[1])<<32 | uint64(value[0])
		days := int64(value[2]) - epochJulianDay
		if nanos >= uint64(microsPerDay)*1000 || days > math.MaxInt64/microsPerDay {
			fault(i, "a timestamp with more nanoseconds than a day has")
			continue
		}
		times[i] = days*microsPerDay + int64(nanos/1000)
	}
	return err
}

// micros turns a stored time into microseconds; nanoseconds are rounded down.
func (l *layout) micros(value int64, k int, fault func(int, string)) int64 {
	if l.perMicro > 0 {
		return floorDivide(value, l.perMicro)
	}
	if factor := -l.perMicro; value > math.MaxInt64/factor || value < math.MinInt64/factor {
		fault(k, fmt.Sprintf("the time %d ms after 1970 is out of range", value))
		return 0
	}
	return value * -l.perMicro
}

// timeOfDay writes a time without a date as text, 15:04:05 with as many decimals as it needs.
func (l *layout) timeOfDay(value int64, k int, fault func(int, string)) string {
	micros := l.micros(value, k, fault)
	if micros < 0 || micros > microsPerDay { // 24:00:00 occurs
		fault(k, fmt.Sprintf("the time of day %d is not within a day", value))
		return ""
	}
	if micros == microsPerDay {
		return "24:00:00"
	}
	return time.UnixMicro(micros).UTC().Format("15:04:05.999999")
}

// convertBytes reads text, or decimals of varying length. The bytes of all values go into one string.
func (l *layout) convertBytes(bytes []byte, offsets []uint32, from, to int, column *Column, at int, fault func(int, string)) error {
	offsets, err := part(offsets, from, to+1)
	if err != nil {
		return err
	}
	for i := range offsets[1:] {
		if offsets[i+1] < offsets[i] || int(offsets[i+1]) > len(bytes) {
			return errors.New("a page's texts overlap")
		}
	}
	first, last := offsets[0], offsets[len(offsets)-1]
	if l.meaning == decimal {
		for i := range offsets[1:] {
			column.Numbers[at+i] = l.decimal(twosComplement(bytes[offsets[i]:offsets[i+1]]))
		}
		return nil
	}
	all := string(bytes[first:last])
	allValid := utf8.ValidString(all)
	for i := range offsets[1:] {
		value := all[offsets[i]-first : offsets[i+1]-first]
		switch {
		case len(value) > maxCellBytes:
			fault(i, fmt.Sprintf("a value of %d bytes; at most %d are read", len(value), maxCellBytes))
		case !allValid && !utf8.ValidString(value):
			fault(i, fmt.Sprintf("%q is not UTF-8 text", shorten([]byte(value))))
		}
		column.Text[at+i] = value
	}
	return nil
}

// convertFixed reads uuids, or decimals of fixed length.
func (l *layout) convertFixed(bytes []byte, size, from, to int, column *Column, at int) error {
	if size <= 0 || len(bytes)/size < to {
		return errShort
	}
	for i := from; i < to; i++ {
		value := bytes[i*size : (i+1)*size]
		if l.meaning == decimal {
			column.Numbers[at+i-from] = l.decimal(twosComplement(value))
			continue
		}
		column.Text[at+i-from] = uuid(value)
	}
	return nil
}

// uuid writes 16 bytes as RFC 9562 does.
func uuid(value []byte) string {
	digits := hex.EncodeToString(value)
	if len(digits) != 32 {
		return digits
	}
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

// twosComplement reads a big-endian signed number of any length.
func twosComplement(value []byte) *big.Int {
	number := new(big.Int).SetBytes(value)
	if len(value) > 0 && value[0]&0x80 != 0 {
		number.Sub(number, new(big.Int).Lsh(big.NewInt(1), uint(8*len(value))))
	}
	return number
}

// decimal divides by the scale, rounded once: up to 2^53 and 10^22 float64 division does, since both sides are
// exact.
func (l *layout) decimal(unscaled *big.Int) float64 {
	if unscaled.IsInt64() {
		if value := unscaled.Int64(); value > -1<<53 && value < 1<<53 && l.digits <= 22 {
			return float64(value) / l.scale
		}
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.digits)), nil)
	value, _ := new(big.Rat).SetFrac(unscaled, scale).Float64()
	return value
}
