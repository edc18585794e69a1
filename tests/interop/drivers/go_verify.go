// go-msgauth's library (Debian: golang-github-emersion-go-msgauth-dev) as a verifier of many messages.
//
// Stdin has a path of a message on each line; each answer is a line of JSON:
// {"passes": [for each signature, from the top], "said": [the reasons]}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/emersion/go-msgauth/dkim"
)

type answer struct {
	Passes []bool   `json:"passes"`
	Said   []string `json:"said"`
}

func verify(path string) (found answer) {
	found = answer{[]bool{}, []string{}}
	defer func() {
		if reason := recover(); reason != nil {
			found = answer{[]bool{}, []string{fmt.Sprint("panic: ", reason)}}
		}
	}()
	data, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	signatures, err := dkim.Verify(bytes.NewReader(data))
	if err != nil {
		found.Said = append(found.Said, err.Error())
	}
	for _, signature := range signatures {
		found.Passes = append(found.Passes, err == nil && signature.Err == nil)
		if signature.Err != nil {
			found.Said = append(found.Said, signature.Err.Error())
		}
	}
	return found
}

func main() {
	paths := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for paths.Scan() {
		if err := answers.Encode(verify(paths.Text())); err != nil {
			log.Fatal(err)
		}
	}
}
