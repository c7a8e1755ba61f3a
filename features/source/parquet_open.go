package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// openParquet reads a Parquet file's footer. The pages are read later, of the chosen columns only.
func openParquet(f *os.File, path string, size int64, options *Options) (opened *parquetFile, err error) {
	defer guard(path, &err)
	if err := checkEnd(f, path, size); err != nil {
		return nil, err
	}
	if options.Names != nil {
		return nil, fmt.Errorf("%s: column names are given, but a Parquet file has its own", path)
	}
	table, err := parquet.OpenFile(f, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
		parquet.ReadBufferSize(pageBufferBytes))
	if err != nil {
		return nil, notATable(path, "its footer cannot be read, the file is damaged: %v", err)
	}
	p := &parquetFile{path: path, file: f, size: size, table: table}
	for _, column := range table.Root().Columns() {
		layout := layoutOf(column)
		p.layouts = append(p.layouts, layout)
		p.columns = append(p.columns, layout.info)
	}
	if err := checkNames(names(p.columns)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, p.checkGroups()
}

// pageBufferBytes is the read-ahead of one column; larger than most compressed pages' headers, small enough for
// hundreds of columns.
const pageBufferBytes = 256 << 10

// guard turns a panic of the Parquet library into an error. The library panics on some damaged files, which come
// from outside; what can be checked beforehand is checked, and this catches the rest. It covers only calls into
// the library and the decoding of what it returns.
func guard(path string, err *error) {
	if cause := recover(); cause != nil {
		*err = notATable(path, "the file is damaged: %v", cause)
	}
}

// checkEnd tells a truncated file from one that never was Parquet: the format's last four bytes are as its first.
// It also checks the sizes that the footer claims, since the library makes room for what the file says.
func checkEnd(f *os.File, path string, size int64) error {
	const least = 12 // two marks and the footer's length
	end := make([]byte, 8)
	if size >= least {
		if _, err := f.ReadAt(end, size-8); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	switch string(end[4:]) {
	case magicParquet:
	case magicEncrypted:
		return notATable(path, "this Parquet file is encrypted")
	default:
		return notATable(path, "this Parquet file is truncated: its last four bytes are not PAR1; write or copy it again")
	}
	length := int64(binary.LittleEndian.Uint32(end))
	if length > size-least {
		return notATable(path, "the file is damaged: a footer of %d bytes in a file of %d", length, size)
	}
	footer := make([]byte, length)
	if _, err := f.ReadAt(footer, size-8-length); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := checkFooter(footer); err != nil {
		return notATable(path, "the file is damaged: %v", err)
	}
	return nil
}

// checkGroups holds the row groups' own figures together, before they are used as sizes.
func (p *parquetFile) checkGroups() error {
	leaves := countLeaves(p.table.Root())
	var rows int64
	for i, group := range p.table.Metadata().RowGroups {
		if len(group.Columns) != leaves {
			return notATable(p.path, "the file is damaged: row group %d has %d columns of %d", i+1, len(group.Columns), leaves)
		}
		if group.NumRows < 0 {
			return notATable(p.path, "the file is damaged: row group %d has %d rows", i+1, group.NumRows)
		}
		for _, column := range group.Columns {
			if column.FilePath != "" {
				return fmt.Errorf("%s: %w: its columns lie in other files", p.path, errors.ErrUnsupported)
			}
			// The library gives other values than the file's, or takes all memory over a damaged page:
			// https://github.com/parquet-go/parquet-go/issues/608 (v0.32.0).
			if column.MetaData.Codec == format.Lz4Raw {
				return fmt.Errorf("%s: %w: its pages are compressed with LZ4, which cannot be read reliably yet; write it with zstd or snappy", p.path, errors.ErrUnsupported)
			}
		}
		rows += group.NumRows
	}
	if rows != p.table.NumRows() {
		return notATable(p.path, "the file is damaged: its row groups have %d rows, its footer says %d", rows, p.table.NumRows())
	}
	return nil
}

func countLeaves(column *parquet.Column) int {
	if column.Leaf() {
		return 1
	}
	leaves := 0
	for _, child := range column.Columns() {
		leaves += countLeaves(child)
	}
	return leaves
}

func names(columns []ColumnInfo) []string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	return names
}

// layout says how a top-level column is stored, and what its values become.
type layout struct {
	info     ColumnInfo
	leaf     int // index among the file's leaf columns
	optional bool
	meaning  meaning
	digits   int32   // decimals: digits behind the point
	scale    float64 // decimals: 10 to the power of digits, exact up to 22
	perMicro int64   // times: stored units in a microsecond, negative for microseconds in a unit
}

// maxDecimalDigits is what 256-bit decimals have, the longest that writers know.
const maxDecimalDigits = 76

// meaning is what a stored value stands for, where the storage type leaves it open.
type meaning int

const (
	plain meaning = iota
	decimal
	day
	instant
	timeOfDay
	uuidText
	nothing // a column of nulls only
)

// layoutOf reads a column's types. Nested and repeated columns, and types without a meaning for a table of leads,
// are unsupported, with the reason.
func layoutOf(column *parquet.Column) layout {
	l := layout{info: ColumnInfo{Name: column.Name()}, leaf: column.Index(), optional: column.Optional()}
	if !column.Leaf() {
		l.info.Reason = "it is nested (a list, map or group); one plain value a row is needed"
		return l
	}
	if column.Repeated() {
		l.info.Reason = "it is a list; one plain value a row is needed"
		return l
	}
	l.resolve(column.Type())
	return l
}

// resolve finds kind and meaning from the logical type or, of older files, the converted type; parquet-go's Type
// gives both in the newer form.
func (l *layout) resolve(t parquet.Type) {
	var logical any
	if of := t.LogicalType(); of != nil {
		logical = of.Value
	}
	switch logical := logical.(type) {
	case *format.DecimalType:
		if logical.Scale < 0 || logical.Scale > maxDecimalDigits {
			l.info.Reason = fmt.Sprintf("it is a decimal with %d digits behind the point", logical.Scale)
			return
		}
		l.info.Kind, l.meaning, l.digits = Number, decimal, logical.Scale
		l.scale = math.Pow10(int(logical.Scale))
		return
	case *format.DateType:
		l.info.Kind, l.info.DateOnly, l.meaning = Time, true, day
		return
	case *format.TimestampType:
		l.info.Kind, l.meaning, l.perMicro = Time, instant, perMicro(logical.Unit)
		return
	case *format.TimeType:
		l.info.Kind, l.meaning, l.perMicro = Text, timeOfDay, perMicro(logical.Unit)
		return
	case *format.UUIDType:
		l.info.Kind, l.meaning = Text, uuidText
		return
	case *format.NullType:
		l.info.Kind, l.meaning = Text, nothing
		return
	case *format.StringType, *format.EnumType, *format.JsonType, *format.IntType, nil:
	default:
		l.info.Reason = fmt.Sprintf("its type is %s", strings.ToLower(t.LogicalType().String()))
		return
	}
	l.resolvePhysical(t, logical)
}

func (l *layout) resolvePhysical(t parquet.Type, logical any) {
	switch t.Kind() {
	case parquet.Boolean:
		l.info.Kind = Boolean
	case parquet.Int32, parquet.Int64:
		l.info.Kind, l.info.Whole = Number, true
		if whole, ok := logical.(*format.IntType); ok {
			l.info.Unsigned = !whole.IsSigned
		}
	case parquet.Float, parquet.Double:
		l.info.Kind = Number
	case parquet.Int96: // only ever used for timestamps, in nanoseconds
		l.info.Kind, l.meaning = Time, instant
	case parquet.ByteArray:
		l.info.Kind = Text
	default:
		l.info.Reason = fmt.Sprintf("its type is %s, which has no meaning here", strings.ToLower(t.String()))
	}
}

// perMicro is how many units make a microsecond; -n where a unit is n microseconds.
func perMicro(unit format.TimeUnit) int64 {
	switch unit.Value.(type) {
	case *format.NanoSeconds:
		return 1000
	case *format.MilliSeconds:
		return -1000
	}
	return 1
}
