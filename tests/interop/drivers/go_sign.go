// go-msgauth's library (Debian: golang-github-emersion-go-msgauth-dev) as a signer; the message is on stdin.
package main

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"log"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// arguments: domain selector key(PKCS#8 PEM) header-canonicalization body-canonicalization h=list-or-empty
func main() {
	data, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	options := &dkim.SignOptions{
		Domain:                 os.Args[1],
		Selector:               os.Args[2],
		Signer:                 key.(crypto.Signer),
		HeaderCanonicalization: dkim.Canonicalization(os.Args[4]),
		BodyCanonicalization:   dkim.Canonicalization(os.Args[5]),
	}
	if os.Args[6] != "" {
		options.HeaderKeys = strings.Split(os.Args[6], ":")
	}
	if err := dkim.Sign(os.Stdout, os.Stdin, options); err != nil {
		log.Fatal(err)
	}
}
