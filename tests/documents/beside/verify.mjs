// Verifies the documents of a file with the packages of Digital Bazaar, without asking anybody: for comparing.
//
// node verify.mjs FILE, where FILE holds {"contexts": {address: content}, "documents": [...]}; a line of JSON for each
// document: whether its proofs hold and the key is the issuer's, and why not.

import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {driver} from '@digitalbazaar/did-method-key';
import {createVerifyCryptosuite as ecdsaJcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {createVerifyCryptosuite as eddsaJcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {CredentialIssuancePurpose} from '@digitalbazaar/vc';
import jsigs from 'jsonld-signatures';

const {contexts, documents} = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const keys = driver();
keys.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});
keys.use({multibaseMultikeyHeader: 'zDna', fromMultibase: EcdsaMultikey.from});
keys.use({multibaseMultikeyHeader: 'z82L', fromMultibase: EcdsaMultikey.from});

async function documentLoader(address) {
  if(address.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: address, document: await keys.get({url: address})};
  }
  if(Object.hasOwn(contexts, address)) {
    return {contextUrl: null, documentUrl: address, document: contexts[address]};
  }
  throw new Error(`not at hand: ${address}`);
}

const suite = [
  ...[eddsaRdfc, eddsaJcs(), ecdsaRdfc, ecdsaJcs()].map(cryptosuite => new DataIntegrityProof({cryptosuite})),
  new Ed25519Signature2020()
];

function reasons(error) {
  return (error?.errors?.flatMap(reasons) ?? []).concat(error?.message ?? []);
}

for(const document of documents) {
  let found;
  try {
    found = await jsigs.verify(document, {suite, purpose: new CredentialIssuancePurpose(), documentLoader});
  } catch(error) {
    found = {verified: false, error};
  }
  console.log(JSON.stringify({verified: found.verified === true, because: reasons(found.error).join('; ').slice(0, 300)}));
}
