// tripline/define has every class, field and word of Snowplow's Python SDK, but for those that are listed here with the
// reason. tests/clients compares the list of the SDK's classes with the SDK itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as define from '../../js/src/define.js';

interface SdkField {
  /** The values that the field takes, where they are known. */
  values?: unknown[];
}
interface Sdk {
  classes: Record<string, Record<string, SdkField>>;
  /** Functions, objects, and classes that are not data. */
  others: string[];
  /** Classes of the generated models that none of the others is made of. */
  models: string[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const sdk = JSON.parse(readFileSync(`${root}tests/clients/python/classes.json`, 'utf8')) as Sdk;

/** Names that tripline/define lacks, by the reason. */
const lacking = {
  'a dataset is made in a warehouse': `AttributesWarehouseTable DatasetBundle DatasetPreviewResponse DatasetRunResponse
    DatasetRunStatus DatasetRunStatusResponse SessionAnchors TrainingSpan UserSuppliedAnchors WarehouseTable
    AttributeSqlFile DatasetAttributeGroups DatasetBundleRequest DatasetBundleResponse DatasetRunCancelResponse
    DatasetSqlFile SignalsApiModelsDatasetEvent`,
  'an agentic decision is made by a language model; the SDK does not export these': `AgenticAttributeResult
    AgenticDecision AgenticDecisionAgentConfig AgenticDecisionEvaluationPolicy AgenticDecisionReference
    AgenticDecisionResponse AgenticDecisionValue CriteriaTriggerInput CriteriaTriggerOutput`,
  'a client of the API': 'Signals SignalsAPIError SignalsSandbox',
  'the API gets it to read attributes, to test or to publish': `AttributeKeyId AttributeKeyIdentifiers AppId
    QualifiedAttributeName GetAttributeGroupAttributesRequest GetServiceAttributesRequest SelectivePublishRequest
    TestAttributeGroupRequest TestInterventionRequest UnpublishRequest AttributeGroupReference AttributeKeyReference
    EventLogReference InterventionReference ServiceReference`,
  'the API returns it': `AgenticContextResponse EventLogResponse AttributeGroupOutput AttributeGroupResponse
    AttributeGroupTemplate AttributeGroupTemplatesResponse AttributeKeyOutput AttributeKeyPublishedMetadata
    AttributeWithStringProperty BaseIntervention BatchSyncStatusResponse ColumnMetadataResponse CriteriaAllOutput
    CriteriaAnyOutput CriteriaNoneOutput CriteriaWithStringProperty CriterionWithStringProperty DeleteResponse
    DeleteUserDataResponse ErrorResponse GetColumnsResponse GetTableInformationResponse GetTimestampColumnsResponse
    HTTPValidationError PublishResponse PublishedInterventionsForStream PublishedStreamAttribute
    PublishedStreamAttributes PublishedStreamCalculatedProperty PublishedStreamLeafProperty RuleInterventionOutput
    SourceGroupReference SyncError SyncProgress TableInformation TestInterventionResponse UnpublishResponse
    ValidationError`,
  'a part of another class, which tripline/define has as a type': `Properties Properties1 TargetAttributeKey
    VersionedLinkAttributeGroup SignalsApiModelsViewEventEvent`,
} as const;
const lacked = Object.values(lacking).flatMap((names) => names.split(/\s+/));

/** Fields that hold structures, which the engine refuses as atomic properties. */
const structures = ['contexts', 'derived_contexts', 'unstruct_event'];

/** The types of the words that a field takes, by `Class.field`. */
const wordsOf = new Map([
  ['AtomicProperty.name', 'define.AtomicField'],
  ['EventLogAtomicProperty.name', 'define.AtomicField'],
  ...['AtomicProperty', 'EventProperty', 'EntityProperty'].map(
    (name) => [`${name}.date_part`, 'define.DatePart'] as const,
  ),
  ['Attribute.type', "define.AttributeDefinition['type']"],
  ['Attribute.aggregation', "define.AttributeDefinition['aggregation']"],
  ['Attribute.time_unit', "define.AttributeDefinition['time_unit']"],
  ['CalculatedProperty.operation', "define.CalculatedPropertyDefinition['operation']"],
  ['Criterion.operator', "define.EventCriterion['operator']"],
  ['Field.type', "define.FieldDefinition['type']"],
  ['InterventionCriterion.operator', "define.InterventionCriterionDefinition['operator']"],
]);

/** The members of a function's argument, of all four overloads that it may have. */
const helpers = `import * as define from 'tripline/define';
type KeysOf<Given> = Given extends unknown ? keyof Given & string : never;
type Members<Builder> = Builder extends {
  (given: infer First): unknown;
  (given: infer Second): unknown;
  (given: infer Third): unknown;
  (given: infer Fourth): unknown;
}
  ? KeysOf<First> | KeysOf<Second> | KeysOf<Third> | KeysOf<Fourth>
  : never;
`;

const classes = Object.entries(sdk.classes).filter(([name]) => !lacked.includes(name));
/** Those that a user gives: a field of one value says which class it is. */
const given = classes.map(
  ([name, all]) => [name, Object.entries(all).filter(([, { values }]) => !values || values.length > 1)] as const,
);
/** A declaration for each class and each list of words. It compiles if tripline/define has them. */
const declarations = new Map([
  ...given.map(
    ([name, all]) =>
      [
        `${name} and its fields`,
        `export const fieldsOf${name}: Members<typeof define.${name}>[] = ${JSON.stringify(all.map(([field]) => field))};`,
      ] as const,
  ),
  ...given.flatMap(([name, all]) =>
    all
      .filter(([, { values }]) => values)
      .map(([field, { values = [] }]) => {
        const known = values.filter((value) => !structures.includes(String(value)));
        const type = wordsOf.get(`${name}.${field}`) ?? `the type of ${name}.${field}`;
        return [
          `the words of ${name}.${field}`,
          `export const ${name}_${field}: ${type}[] = ${JSON.stringify(known)};`,
        ] as const;
      }),
  ),
]);

describe('tripline/define has', () => {
  let complaints: string[] = [];
  const folder = mkdtempSync(`${root}tests/types/.sdk-`);
  const lines = [...declarations.values()];
  const before = helpers.split('\n').length;

  beforeAll(() => {
    writeFileSync(`${folder}/sdk.ts`, `${helpers}${lines.join('\n')}\n`);
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ extends: '../tsconfig.json', include: ['sdk.ts'] }));
    const { stdout } = spawnSync(`${root}js/node_modules/.bin/tsc`, ['-p', folder], { encoding: 'utf8' });
    complaints = stdout.split('\n').filter((line) => line !== '');
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([...declarations.keys()])('%s', (name) => {
    const line = before + [...declarations.keys()].indexOf(name);
    expect(complaints.filter((complaint) => complaint.includes(`sdk.ts(${line},`))).toEqual([]);
  });

  test('nothing else that does not compile', () => expect(complaints).toEqual([]));

  test.each(sdk.others.filter((name) => !lacked.includes(name)))('%s', (name) => {
    expect(Object.keys(define)).toContain(name);
  });
});

test('each other class of the SDK is lacking for a reason', () => {
  expect(sdk.models.filter((name) => !lacked.includes(name))).toEqual([]);
  const all = [...Object.keys(sdk.classes), ...sdk.others, ...sdk.models];
  expect(lacked.filter((name) => !all.includes(name))).toEqual([]);
});
