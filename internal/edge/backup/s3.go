package backup

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// multipartAbove is the size from which a file is sent in parts, of which only the
// one that failed is sent again, and partSize a part's. Ten thousand parts are
// the most that S3 takes: 640 GB.
const (
	multipartAbove = 64 << 20
	partSize       = 64 << 20
)

// bucket is a folder of a bucket of a store that speaks S3.
type bucket struct {
	c            *minio.Client
	address      string
	name, prefix string
	spool        string
}

// atBucket reads an address. A password in it is refused: it would stand in the
// machine's list of processes and in the shell's history.
func atBucket(address, spool string, a Access) (*bucket, error) {
	const op = "backup.At"
	bad := fault.New(fault.Invalid, op, "backup.bad_place")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, bad
	}
	if u.User != nil {
		return nil, fault.New(fault.Invalid, op, "backup.secret_in_place")
	}
	b := &bucket{address: address, spool: spool}
	host, secure := u.Host, true
	way := strings.Trim(u.Path, "/")
	switch u.Scheme {
	case "s3":
		b.name, b.prefix = u.Host, way
		if host, secure, err = endpoint(a.Endpoint); err != nil {
			return nil, err
		}
	case "https", "http":
		b.name, b.prefix, _ = strings.Cut(way, "/")
		secure = u.Scheme == "https"
	default:
		return nil, bad
	}
	if b.name == "" {
		return nil, bad
	}
	if !secure && !onThisMachine(host) {
		return nil, fault.New(fault.Invalid, op, "backup.plain_http")
	}
	if a.Key == "" || a.Secret == "" {
		return nil, fault.New(fault.Invalid, op, "backup.no_credentials")
	}
	region := a.Region
	if region == "" {
		region = "us-east-1"
	}
	b.c, err = minio.New(host, &minio.Options{Creds: credentials.NewStaticV4(a.Key, a.Secret, a.Session), Secure: secure,
		Region: region, BucketLookup: minio.BucketLookupPath, MaxRetries: 4})
	if err != nil {
		return nil, bad
	}
	return b, nil
}

// endpoint reads the address of a store, Amazon's if there is none.
func endpoint(s string) (host string, secure bool, err error) {
	if s == "" {
		return "s3.amazonaws.com", true, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return "", false, fault.New(fault.Invalid, "backup.At", "backup.bad_place")
	}
	return u.Host, u.Scheme == "https", nil
}

// onThisMachine reports whether host is a loopback address: the archive is
// encrypted, but the list of names and the log-in to the store would not be.
func onThisMachine(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (b *bucket) String() string { return b.address }

func (b *bucket) key(name string) string { return path.Join(b.prefix, name) }

// Create writes into an encrypted file on this machine's disk first: the way to the
// store may take hours, and the snapshot is not held open for them.
func (b *bucket) Create(ctx context.Context, name string) (File, error) {
	f, err := folder(b.spool).Create(ctx, spoolName)
	if err != nil {
		return nil, err
	}
	return &bucketFile{folderFile: f.(*folderFile), b: b, ctx: ctx, name: name}, nil
}

// spoolName is the name of the one archive that waits to be sent, without its suffix.
const spoolName = ".backup"

// RemoveLeft removes the archive that waited to be sent, and the parts that were
// sent of it, which the store would keep and charge for.
func (b *bucket) RemoveLeft(ctx context.Context, installation string) {
	_ = os.Remove(filepath.Join(b.spool, spoolName+PartSuffix))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for u := range b.c.ListIncompleteUploads(ctx, b.name, b.key(prefix), true) {
		if u.Err != nil {
			return
		}
		if strings.HasSuffix(u.Key, tail(installation)) {
			_ = b.c.RemoveIncompleteUpload(ctx, b.name, u.Key)
		}
	}
}

type bucketFile struct {
	*folderFile
	b    *bucket
	ctx  context.Context
	name string
}

// Commit sends the file. The store shows it when the last byte has arrived.
func (f *bucketFile) Commit(progress Progress) error {
	defer f.Abort()
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return unwritable("backup.Commit", err)
	}
	// TLS and the MD5 of each part guard the way, and age the content: signing every
	// chunk besides is what not every store understands.
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: partSize, NumThreads: 1, SendContentMd5: true,
		DisableContentSha256: true, DisableMultipart: size <= multipartAbove}
	if progress != nil {
		o.Progress = &counter{total: size, say: progress}
	}
	_, err = f.b.c.PutObject(f.ctx, f.b.name, f.b.key(f.name), io.NewSectionReader(f.File, 0, size), size, o)
	return refused("backup.Commit", err)
}

// counter is told by the client how much it has sent.
type counter struct {
	done, total int64
	say         Progress
}

func (c *counter) Read(b []byte) (int, error) {
	c.done += int64(len(b))
	c.say.say(min(c.done, c.total), c.total)
	return len(b), nil
}

func (b *bucket) Open(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	o, err := b.c.GetObject(ctx, b.name, b.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, 0, refused("backup.Open", err)
	}
	st, err := o.Stat()
	if err != nil {
		_ = o.Close()
		return nil, 0, refused("backup.Open", err)
	}
	return o, st.Size, nil
}

func (b *bucket) List(ctx context.Context, prefix string) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var names []string
	for o := range b.c.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.key(prefix)}) {
		if o.Err != nil {
			return nil, refused("backup.List", o.Err)
		}
		if !strings.HasSuffix(o.Key, "/") {
			names = append(names, path.Base(o.Key))
		}
	}
	slices.Sort(names)
	return names, nil
}

// refused says why a store did not do what was asked.
func refused(op string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Key: "db.cancelled", Err: err}
	}
	r := minio.ToErrorResponse(err)
	cause := errors.New("the store says " + r.Code) // never its text, which can quote a log-in
	switch {
	case r.Code == minio.NoSuchKey:
		return &fault.Error{Code: fault.NotFound, Op: op, Key: "backup.not_there", Err: cause}
	case r.Code == minio.NoSuchBucket:
		return &fault.Error{Code: fault.NotFound, Op: op, Key: "backup.no_bucket", Err: cause}
	case r.StatusCode == 401, r.StatusCode == 403:
		return &fault.Error{Code: fault.Forbidden, Op: op, Key: "backup.denied", Err: cause}
	}
	return &fault.Error{Code: fault.Unavailable, Op: op, Key: "backup.unreachable", Err: cause}
}

// CredentialsFrom reads credentials out of a file in the form of Amazon's tools, or
// out of the environment when file is empty. What is not there stays empty.
func CredentialsFrom(file string, getenv func(string) string) (Access, error) {
	a := Access{Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL")}
	if a.Region == "" {
		a.Region = getenv("AWS_DEFAULT_REGION")
	}
	if file == "" {
		a.Key, a.Secret, a.Session = getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN")
		if a.Key != "" {
			return a, nil
		}
		if file = getenv("AWS_SHARED_CREDENTIALS_FILE"); file == "" {
			return a, nil
		}
	}
	v, err := credentials.NewFileAWSCredentials(file, getenv("AWS_PROFILE")).GetWithContext(nil)
	if err != nil || v.AccessKeyID == "" {
		return a, fault.New(fault.Invalid, "backup.CredentialsFrom", "backup.no_credentials")
	}
	a.Key, a.Secret, a.Session = v.AccessKeyID, v.SecretAccessKey, v.SessionToken
	return a, nil
}
