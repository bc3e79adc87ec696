package people

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits of a photo. A phone's picture has 3 to 8 MB and 12 to 50 megapixels.
const (
	MaxPhotoBytes = 10 << 20 // what may be sent
	maxPhotoPixel = 50e6     // what may be decoded: 75 MB in memory for a JPEG
	maxPNGPixel   = 16e6     // 64 MB in memory
	maxHeldSample = 24e6     // samples of a JPEG that is held whole before it is drawn: 8 megapixels in three colours, 96 MB
	photoWidth    = 360      // 3.5 × 4.5 cm at 260 dpi, as centres print it
	photoHeight   = 460
	photoQuality  = 82
)

// Photo is a person's picture, journal kind "people.photo". It lies in the
// journal and nowhere else, so that an erasure reaches it.
type Photo struct {
	ID     db.ID         `json:"-"`
	JPEG   []byte        `json:"jpeg,omitempty"`
	Width  int           `json:"width,omitempty"`
	Height int           `json:"height,omitempty"`
	Taken  calendar.Date `json:"taken,omitzero"`
}

// MakePhoto decodes a JPEG or PNG, turns it upright, makes it small enough and
// encodes it again. The result is a new JPEG that carries nothing of the old
// file but its pixels: no position, no camera, no hidden thumbnail.
func MakePhoto(file []byte) (Photo, error) {
	const op, field = "people.MakePhoto", "photo"
	if len(file) > MaxPhotoBytes {
		return Photo{}, &fault.Error{Code: fault.Invalid, Op: op, Field: field, Key: "people.error.photo_large", Args: map[string]any{"limit": MaxPhotoBytes >> 20}}
	}
	kind := sniffImage(file)
	if kind == "" {
		return Photo{}, fault.Field(op, field, "people.error.photo_kind")
	}
	decodeConfig, decode, limit := jpeg.DecodeConfig, jpeg.Decode, maxPhotoPixel
	if kind == "png" {
		decodeConfig, decode, limit = png.DecodeConfig, png.Decode, maxPNGPixel
	}
	cfg, err := decodeConfig(bytes.NewReader(file))
	if err != nil {
		return Photo{}, fault.Field(op, field, "people.error.photo_broken")
	}
	if float64(cfg.Width)*float64(cfg.Height) > limit {
		return Photo{}, fault.Field(op, field, "people.error.photo_pixels")
	}
	if kind == "jpeg" && float64(cfg.Width)*float64(cfg.Height)*float64(heldWhole(file)) > maxHeldSample {
		return Photo{}, fault.Field(op, field, "people.error.photo_pixels")
	}
	img, err := decode(bytes.NewReader(file))
	if err != nil {
		return Photo{}, fault.Field(op, field, "people.error.photo_broken")
	}
	turn := 1
	if kind == "jpeg" {
		turn = orientation(file)
	}
	small := upright(shrink(img, turn), turn)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: photoQuality}); err != nil {
		return Photo{}, fault.Wrap(op, err)
	}
	b := small.Bounds()
	return Photo{JPEG: out.Bytes(), Width: b.Dx(), Height: b.Dy()}, nil
}

// sniffImage goes by the first bytes; what the browser says of the file is not
// looked at.
func sniffImage(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte{0xff, 0xd8, 0xff}):
		return "jpeg"
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	}
	return ""
}

// heldWhole is how many components of a JPEG are held in memory at four bytes a
// sample or more before anything is drawn: all of a progressive one, whose header
// of a hundred bytes may claim any size, and of one in four colours. It is 0 for
// what a camera writes. It follows the markers as image/jpeg does (ITU-T T.81,
// B.1.1.2 and B.2.2), and what it cannot follow is taken for the worst.
func heldWhole(file []byte) int {
	const worst = 4
	b := file[2:]
	for len(b) >= 2 {
		if b[0] != 0xff { // not allowed, and skipped by decoders
			b = b[1:]
			continue
		}
		m := b[1]
		switch {
		case m == 0xff: // fill
			b = b[1:]
			continue
		case m == 0 || m >= 0xd0 && m <= 0xd7: // stuffed, restart: without a length
			b = b[2:]
			continue
		}
		if len(b) < 4 {
			return worst
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || len(b) < 2+n || m == 0xd9 || m == 0xda {
			return worst
		}
		if m >= 0xc0 && m <= 0xc2 { // baseline, extended, progressive
			if n < 8 {
				return worst
			}
			components := int(b[9])
			if m == 0xc2 || components > 3 {
				return components
			}
			return 0
		}
		b = b[2+n:]
	}
	return worst
}

// shrink scales img down, never up, to fit the photo's box, on white: a
// transparent PNG has no ground of its own. turn says whether the sides swap
// afterwards.
func shrink(img image.Image, turn int) *image.RGBA {
	w, h := photoWidth, photoHeight
	if turn >= 5 {
		w, h = h, w
	}
	b := img.Bounds()
	scale := min(float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy()), 1)
	nw, nh := max(int(float64(b.Dx())*scale+0.5), 1), max(int(float64(b.Dy())*scale+0.5), 1)
	out := image.NewRGBA(image.Rect(0, 0, nw, nh))
	xdraw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, xdraw.Src)
	xdraw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, xdraw.Over, nil)
	return out
}

// upright applies an EXIF orientation (1 to 8; TIFF 6.0 tag 274).
func upright(img *image.RGBA, turn int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	ow, oh := w, h
	if turn >= 5 {
		ow, oh = h, w
	}
	if turn <= 1 || turn > 8 {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			dx, dy := x, y
			switch turn {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			out.SetRGBA(dx, dy, img.RGBAAt(x, y))
		}
	}
	return out
}

// orientation reads the EXIF orientation of a JPEG, 1 where there is none or
// where the data make no sense (Exif 2.32, section 4.6; the APP1 segment holds a
// TIFF header and a directory of 12-byte entries).
func orientation(file []byte) int {
	seg, err := exifSegment(bytes.NewReader(file[2:]))
	if err != nil || len(seg) < 14 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(seg[:2]) {
	case "II":
	case "MM":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(seg[4:8]))
	if at+2 > int64(len(seg)) {
		return 1
	}
	n := int64(order.Uint16(seg[at : at+2]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(seg)) {
			return 1
		}
		if order.Uint16(seg[e:e+2]) == 274 {
			if v := int(order.Uint16(seg[e+8 : e+10])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}

var errNoExif = errors.New("no EXIF")

// exifSegment finds the APP1 segment that begins with "Exif" and returns what
// follows that word.
func exifSegment(r io.Reader) ([]byte, error) {
	var head [4]byte
	for range 64 { // markers before the picture
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil, err
		}
		if head[0] != 0xff || head[1] == 0xda {
			return nil, errNoExif
		}
		n := int(binary.BigEndian.Uint16(head[2:])) - 2
		if n < 0 {
			return nil, errNoExif
		}
		seg := make([]byte, n)
		if _, err := io.ReadFull(r, seg); err != nil {
			return nil, err
		}
		if head[1] == 0xe1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
			return seg[6:], nil
		}
	}
	return nil, errNoExif
}
