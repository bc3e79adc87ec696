package people

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// corner makes a picture whose top left quarter is red and the rest blue.
func corner(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an APP1 segment with an orientation and a "position" behind SOI.
func withExif(file []byte, turn uint16, order binary.ByteOrder) []byte {
	tiff := make([]byte, 8, 64)
	copy(tiff, "II")
	if order == binary.BigEndian {
		copy(tiff, "MM")
	}
	order.PutUint16(tiff[2:], 42)
	order.PutUint32(tiff[4:], 8)
	dir := make([]byte, 2+12)
	order.PutUint16(dir, 1)
	order.PutUint16(dir[2:], 274)
	order.PutUint16(dir[4:], 3)
	order.PutUint32(dir[6:], 1)
	order.PutUint16(dir[10:], turn)
	body := append(append([]byte("Exif\x00\x00"), tiff...), dir...)
	body = append(body, "GPS 12.3456 N 98.7654 E"...)
	seg := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(seg[2:], uint16(len(body)+2))
	out := append([]byte{}, file[:2]...)
	return append(append(append(out, seg...), body...), file[2:]...)
}

// redQuarter says in which quarter of a photo the red is: tl, tr, bl, br.
func redQuarter(t *testing.T, p Photo) string {
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for name, at := range map[string]image.Point{
		"tl": {b.Dx() / 4, b.Dy() / 4}, "tr": {3 * b.Dx() / 4, b.Dy() / 4},
		"bl": {b.Dx() / 4, 3 * b.Dy() / 4}, "br": {3 * b.Dx() / 4, 3 * b.Dy() / 4},
	} {
		if r, _, bl, _ := img.At(at.X, at.Y).RGBA(); r > 0x8000 && bl < 0x8000 {
			return name
		}
	}
	return "none"
}

func TestPhotoIsTurnedUpright(t *testing.T) {
	// Where the top left of the stored picture comes to lie, by EXIF orientation.
	want := map[uint16]string{1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "tl", 6: "tr", 7: "br", 8: "bl"}
	for turn, quarter := range want {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := MakePhoto(withExif(jpegOf(t, corner(400, 300)), turn, order))
			if err != nil {
				t.Fatal(err)
			}
			if got := redQuarter(t, p); got != quarter {
				t.Errorf("orientation %d: red is %s, want %s", turn, got, quarter)
			}
			if (turn >= 5) != (p.Height > p.Width) {
				t.Errorf("orientation %d: %d×%d", turn, p.Width, p.Height)
			}
		}
	}
}

func TestPhotoCarriesNothingOfTheFile(t *testing.T) {
	file := withExif(jpegOf(t, corner(1200, 1600)), 1, binary.LittleEndian)
	p, err := MakePhoto(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(p.JPEG, []byte("GPS")) || bytes.Contains(p.JPEG, []byte("Exif")) {
		t.Error("the photo still carries metadata")
	}
	if p.Width > photoWidth || p.Height > photoHeight || p.Width < photoWidth-2 && p.Height < photoHeight-2 {
		t.Errorf("the photo has %d×%d", p.Width, p.Height)
	}
	if len(p.JPEG) > 60_000 {
		t.Errorf("the photo has %d bytes", len(p.JPEG))
	}
}

func TestPhotoRefusals(t *testing.T) {
	var transparent bytes.Buffer
	if err := png.Encode(&transparent, image.NewNRGBA(image.Rect(0, 0, 40, 50))); err != nil {
		t.Fatal(err)
	}
	good := jpegOf(t, corner(100, 100))
	for _, c := range []struct {
		name string
		file []byte
		key  string
	}{
		{"nothing", nil, "people.error.photo_kind"},
		{"a GIF", []byte("GIF89a..............."), "people.error.photo_kind"},
		{"a page", []byte("<html><script>"), "people.error.photo_kind"},
		{"half a JPEG", good[:len(good)/2], ""},
		{"a JPEG's head", good[:20], "people.error.photo_broken"},
		{"fifty megabytes", make([]byte, 50<<20), "people.error.photo_large"},
		{"a bomb", bomb(60000, 60000), "people.error.photo_pixels"},
		{"a progressive JPEG of 49 megapixels", claims(good, 0xc2, 7000, 7000), "people.error.photo_pixels"},
		{"the same behind other markers", append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 4, 0xff, 0xc0, 0, 0xff, 0xff, 0xd0}, claims(good, 0xc2, 7000, 7000)[2:]...), "people.error.photo_pixels"},
		{"a progressive JPEG of 4 megapixels that ends", claims(good, 0xc2, 2000, 2000)[:200], "people.error.photo_broken"},
		{"four colours, 10 megapixels", fourColours(3200, 3200), "people.error.photo_pixels"},
		{"a transparent PNG", transparent.Bytes(), "-"},
	} {
		p, err := MakePhoto(c.file)
		switch {
		case c.key == "-":
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			} else if img, _ := jpeg.Decode(bytes.NewReader(p.JPEG)); img != nil {
				if r, _, _, _ := img.At(5, 5).RGBA(); r < 0xf000 {
					t.Errorf("%s: the ground is not white", c.name)
				}
			}
		case err == nil:
			t.Errorf("%s was taken", c.name)
		case c.key != "" && fault.KeyOf(err) != c.key, fault.FieldOf(err) != "photo":
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// claims changes what a JPEG says it is: the kind of its frame and its size.
func claims(file []byte, frame byte, w, h uint16) []byte {
	b := slices.Clone(file)
	i := bytes.Index(b, []byte{0xff, 0xc0})
	b[i+1] = frame
	binary.BigEndian.PutUint16(b[i+5:], h)
	binary.BigEndian.PutUint16(b[i+7:], w)
	return b
}

// fourColours is a baseline JPEG header in CMYK, up to its scan.
func fourColours(w, h uint16) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 20, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 4,
		1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}
	return append(b, 0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
}

// bomb is a PNG header that promises a huge picture.
func bomb(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crcOf(b[12:]))
}

func crcOf(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0xedb88320
			} else {
				c >>= 1
			}
		}
	}
	return ^c
}

func FuzzMakePhoto(f *testing.F) {
	f.Add(withExif(jpegOf(f, corner(30, 20)), 6, binary.BigEndian))
	f.Add(jpegOf(f, corner(20, 30)))
	f.Add(bomb(10, 10))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := MakePhoto(file)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("a bad file is not invalid input: %v", err)
			}
			return
		}
		if p.Width > photoWidth || p.Height > photoHeight || len(p.JPEG) == 0 {
			t.Errorf("photo of %d×%d, %d bytes", p.Width, p.Height, len(p.JPEG))
		}
	})
}
