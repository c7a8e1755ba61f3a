package authtest

import (
	"crypto/ecdsa"
	"encoding/json"
	"testing"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// Provider is an identity provider with one signing key.
type Provider struct {
	id  string
	key *ecdsa.PrivateKey
}

// NewProvider makes one whose key has an id.
func NewProvider(t testing.TB, keyID string) *Provider { return &Provider{keyID, newKey(t)} }

// Keys is the key set (JWKS) of some providers.
func Keys(t testing.TB, providers ...*Provider) []byte {
	t.Helper()
	var set jwkset.JWKSMarshal
	for _, p := range providers {
		key, err := jwkset.NewJWKFromKey(&p.key.PublicKey, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: p.id, ALG: jwkset.AlgES256, USE: jwkset.UseSig}})
		if err != nil {
			t.Fatal(err)
		}
		set.Keys = append(set.Keys, key.Marshal())
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Sign makes a JWT.
func (p *Provider) Sign(t testing.TB, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = p.id
	text, err := token.SignedString(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
