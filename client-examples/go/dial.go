package dirlease

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Dial makes a connection to a gateway's host:port; it connects at the first call. One serves any number of leases and
// goroutines: keep it. Without [TLS] it is plaintext. For trace context on every call add
// grpc.WithStatsHandler(otelgrpc.NewClientHandler()).
func Dial(address string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	defaults := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// A peer that vanished without a word is noticed within 40 s. The gateway allows a ping every 10 s.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
	}
	return grpc.NewClient(address, append(defaults, options...)...)
}

// TLS names PEM files. Without CA the system's authorities are trusted; Certificate and Key make it mutual TLS.
type TLS struct {
	CA, Certificate, Key string
}

// Option is for [Dial].
func (t TLS) Option() (grpc.DialOption, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("dirlease: no certificate in %s", t.CA)
		}
	}
	if t.Certificate != "" {
		certificate, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return grpc.WithTransportCredentials(credentials.NewTLS(config)), nil
}
