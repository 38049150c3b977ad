// Writes the types of http/openapi.json into a file: generate.mjs FILE
import { writeFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const bytes = ts.factory.createTypeReferenceNode('Blob');
const nodes = await openapi(new URL('../../../http/openapi.json', import.meta.url), {
  defaultNonNullable: false, // what has a default may be left out
  transform: (schema) => (schema.format === 'binary' ? bytes : undefined),
});
writeFileSync(process.argv[2], astToString(nodes));
