import { isSettings, secretReferredTo, settingsOf } from './settings.ts';
import { at, lastPart, ofType, type Snapshot, type Template, templatesIn, textsIn } from './template.ts';

/** Names of settings and outputs whose value opens something: whoever has the URL of a channel can post to it. */
const secretName = /key|secret|password|token|channels|connection_?string/i;
/** A secret that is written out, or that Azure is asked to write out. */
const secretText =
  /AccountKey=|SharedAccess|\bsig=|InstrumentationKey|ConnectionString|\.(?:primary|secondary)\w*Key|\blist[A-Z]\w*\(/;
/** It says where to log to; with local authentication off, nobody logs or reads with it alone. */
const harmlessWithoutLocalAuth = 'APPLICATIONINSIGHTS_CONNECTION_STRING';
/** Names a setting with the client id of an identity, which stands in for a client secret (FACTS 11.6). */
const assertionSetting = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID';

const vaultSecret = 'Microsoft.KeyVault/vaults/secrets';

/** No key, secret or connection string in a setting, an output, or anything else that is read without a right on the vault. */
export function secretFindings(snapshot: Snapshot): string[] {
  const readable = Object.entries(settingsOf(snapshot)).filter(
    ([name, value]) =>
      (secretName.test(name) || secretText.test(value)) && secretReferredTo(value) === undefined,
  );
  return [
    ...readable.flatMap(([name]) =>
      name === harmlessWithoutLocalAuth
        ? localAuthFindings(snapshot)
        : [`the setting ${name} is no reference to the vault`],
    ),
    ...referenceFindings(snapshot),
    ...elsewhereFindings(snapshot),
    ...textsIn(snapshot.outputs)
      .filter(([path, text]) => secretText.test(text) || (secretName.test(path) && path !== 'keyVault'))
      .map(([path]) => `the output ${path} may be a secret`),
  ];
}

function localAuthFindings(snapshot: Snapshot): string[] {
  const components = ofType(snapshot, 'Microsoft.Insights/components');
  const closed = components.filter((component) => at(component, 'properties', 'DisableLocalAuth') === true);
  return closed.length > 0 && closed.length === components.length
    ? []
    : [`${harmlessWithoutLocalAuth} can be read, and Application Insights takes lines from whoever has it`];
}

/** A reference to a secret that is not there leaves the app without the setting. */
function referenceFindings(snapshot: Snapshot): string[] {
  const there = ofType(snapshot, vaultSecret).map(({ name }) => lastPart(name));
  return Object.entries(settingsOf(snapshot)).flatMap(([setting, value]) => {
    const secret = secretReferredTo(value);
    return secret === undefined || there.includes(secret)
      ? []
      : [`the setting ${setting} refers to the secret ${secret}, which is not in the vault`];
  });
}

function elsewhereFindings(snapshot: Snapshot): string[] {
  return snapshot.predictedResources
    .filter((resource) => resource.type !== vaultSecret && !isSettings(resource))
    .flatMap((resource) =>
      textsIn(resource)
        .filter(([path, text]) =>
          /\.clientSecret\w*$/.test(path) ? text !== assertionSetting : secretText.test(text),
        )
        .map(([path]) => `${resource.type} ${path} may be a secret`),
    );
}

/** Secure parameters end in secrets of the vault and nowhere else, and nothing asks Azure for keys. */
export function flowFindings(template: Template): string[] {
  const asking = textsIn(template).filter(
    ([, text]) => text.startsWith('[') && /\blist[A-Z]\w*\(/.test(text),
  );
  return [
    ...asking.map(([path]) => `${path} asks Azure for keys`),
    ...templatesIn(template).flatMap(([name, inner]) => leaks(name, inner)),
  ];
}

function leaks(name: string, template: Template): string[] {
  const secure = Object.entries(template.parameters ?? {}).flatMap(([parameter, { type }]) =>
    isSecure(type) ? [`parameters('${parameter}')`] : [],
  );
  return textsIn(ownPart(template))
    .filter(
      ([path, text]) => secure.some((parameter) => text.includes(parameter)) && !mayTake(path, template),
    )
    .map(([path]) => `${name}: a secure parameter flows into ${path}`);
}

/** A template without the inside of its modules: there the same name is another parameter. */
function ownPart({ parameters, variables, resources, outputs }: Template): unknown {
  return JSON.parse(
    JSON.stringify({ parameters, variables, resources, outputs }, (key, value: unknown) =>
      key === 'template' ? undefined : value,
    ),
  );
}

function mayTake(path: string, template: Template): boolean {
  const [section, symbol = '', ...rest] = path.split('.');
  const resource = template.resources[symbol];
  if (section !== 'resources' || resource === undefined) return false;
  // A condition only asks whether there is one.
  if (rest[0] === 'condition') return true;
  if (resource['type'] === vaultSecret) return rest.join('.') === 'properties.value';
  const [, parameters, name = '', value] = rest;
  const type = at(resource, 'properties', 'template', 'parameters', name, 'type');
  return parameters === 'parameters' && (value ?? 'value') === 'value' && isSecure(type);
}

function isSecure(type: unknown): boolean {
  return typeof type === 'string' && type.toLowerCase().startsWith('secure');
}

const madeAnew = /\b(?:newGuid|utcNow)\(/;

/**
 * What is made anew at each deployment is only the first value of a secret: a key that changed would make every subscription look
 * forged, and a name that changed would be another resource.
 */
export function madeAnewFindings(template: Template, snapshots: readonly Snapshot[]): string[] {
  const inTemplate = templatesIn(template).flatMap(([name, inner]) =>
    textsIn(ownPart(inner))
      .filter(([path, text]) => madeAnew.test(text) && !isDefaultOfSecure(path, inner))
      .map(([path]) => `${name}: ${path} is made anew at each deployment`),
  );
  const inSnapshots = snapshots.flatMap((snapshot) =>
    snapshot.predictedResources.flatMap((resource) =>
      textsIn(resource)
        .filter(
          ([path, text]) =>
            madeAnew.test(text) && !(resource.type === vaultSecret && path === 'properties.value'),
        )
        .map(([path]) => `${resource.type} ${path} is made anew at each deployment`),
    ),
  );
  return [...inTemplate, ...new Set(inSnapshots), ...overwritingFindings(template)];
}

function isDefaultOfSecure(path: string, template: Template): boolean {
  const [section, name = '', key] = path.split('.');
  return section === 'parameters' && key === 'defaultValue' && isSecure(template.parameters?.[name]?.type);
}

/** A secret is written when somebody gives its value, or when there is none yet; otherwise each deployment would replace it. */
function overwritingFindings(template: Template): string[] {
  return templatesIn(template).flatMap(([name, { resources }]) =>
    Object.entries(resources)
      .filter(
        ([, resource]) =>
          resource['type'] === vaultSecret &&
          resource['condition'] === undefined &&
          at(resource, '@options', 'onlyIfNotExists') === undefined,
      )
      .map(([symbol]) => `${name}: the secret ${symbol} is replaced by each deployment`),
  );
}
