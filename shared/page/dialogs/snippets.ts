/** The languages beside the shell's in which the present request is shown. */
export type CodeLanguage = 'JavaScript' | 'Python' | 'R';

/** How code says who calls: a key or a token, which it takes from its environment. A signature is no header that could be shown. */
export type SnippetAccess = 'keys' | 'jwt' | 'iam' | undefined;

/** The header, what stands before the value, and the variable of the environment. */
function secret(access: SnippetAccess): { name: string; before: string; variable: string } | undefined {
  if (access === 'keys') return { name: 'x-api-key', before: '', variable: 'CANOPY_KEY' };
  return access === 'jwt' ? { name: 'authorization', before: 'Bearer ', variable: 'CANOPY_TOKEN' } : undefined;
}

/** The request for a record's prediction as a line for a shell. `url` is the address of POST /predict. */
export function curlSnippet(url: string, record: Record<string, unknown>, access?: SnippetAccess): string {
  const own = secret(access);
  const header = own ? `-H "${own.name}: ${own.before}$${own.variable}" ` : '';
  return `curl ${header}-d ${shellText(JSON.stringify(record))} ${shellText(url)}`;
}

/** The request for a record's prediction as code that runs as it stands. */
export function snippet(language: CodeLanguage, url: string, record: Record<string, unknown>, access?: SnippetAccess): string {
  const own = secret(access);
  const json = JSON.stringify(record);
  switch (language) {
    case 'JavaScript':
      return `${own ? `const key = ''; // yours\n` : ''}const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: { 'content-type': 'application/json'${own ? `, '${own.name}': ${own.before ? `'${own.before}' + ` : ''}key` : ''} },
  body: JSON.stringify(${json}),
});
const { predictions } = await response.json();
console.log(predictions[0]);`;
    case 'Python':
      return `import json
${own ? 'import os\n' : ''}from urllib.request import Request, urlopen

body = json.dumps(${pythonValue(record)}).encode()
request = Request(${JSON.stringify(url)}, body, {"content-type": "application/json"${own ? `, "${own.name}": ${own.before ? `"${own.before}" + ` : ''}os.environ["${own.variable}"]` : ''}})
print(json.load(urlopen(request))["predictions"][0])`;
    case 'R':
      return `source(${rText(url.replace(/predict$/, 'canopy.R'))})

model <- canopy_endpoint(${rText(url.replace(/\/predict$/, ''))}${access === 'keys' ? ', key = Sys.getenv("CANOPY_KEY")' : ''})
row <- ${rValue(record)}
predict(model, row)`;
  }
}

/** A text as one word of a POSIX shell. */
function shellText(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A JSON value as Python writes it; JSON's escapes are Python's too. */
function pythonValue(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${pythonValue(member)}`);
  return `{${members.join(', ')}}`;
}

/** A record as a row of a data frame; a missing value is NA. */
function rValue(record: Record<string, unknown>): string {
  const members = Object.entries(record).map(([name, value]) => `${rText(name, '`')} = ${rScalar(value)}`);
  return `data.frame(${[...members, 'check.names = FALSE'].join(', ')})`;
}

function rScalar(value: unknown): string {
  if (value === null) return 'NA';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'string' ? rText(value) : String(value);
}

/** A text between quotes or backticks as R reads it. */
function rText(text: string, mark = '"'): string {
  const escaped = text.replaceAll('\\', String.raw`\\`).replaceAll(mark, `\\${mark}`);
  return `${mark}${escaped.replaceAll('\n', String.raw`\n`).replaceAll('\r', String.raw`\r`).replaceAll('\t', String.raw`\t`)}${mark}`;
}
