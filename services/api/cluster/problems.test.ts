import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import {
  ApiError,
  NoAnswerError,
  type ErrorCause,
  type StatusBody,
} from '../../core/kube/errors.ts';
import { isOutdated, placeOf, problemOf, toHttpError } from './problems.ts';

const asked = { kind: 'MonitorJob', namespace: 'team-a', name: 'shop' };
const apiError = (status: number, body: StatusBody = {}): ApiError =>
  new ApiError(status, body, 'PATCH /x');
const told = (error: unknown, sent?: unknown): HttpError => {
  const known = toHttpError(error, { ...asked, sent });
  assert.ok(known instanceof HttpError);
  return known;
};
const owned = (field: string, manager: string): ErrorCause => ({
  reason: 'FieldManagerConflict',
  field,
  message: `conflict with ${JSON.stringify(manager)} using mon.duckerhub.com/v1alpha1 at 2026-01-01T00:00:00Z`,
});
const conflict = (...causes: ErrorCause[]): ApiError =>
  apiError(409, { reason: 'Conflict', details: { causes } });

describe('a place that the API server names', () => {
  const sent = {
    spec: {
      sources: [{ name: 'a' }, { name: 'b', ignore: { text: ['x', 'y'] } }],
      tags: ['one', 'two'],
    },
  };
  for (const [field, path] of [
    ['.spec.description', 'spec.description'],
    ['spec.sources[1].url', 'spec.sources[1].url'],
    ['.spec.sources[name="b"].url', 'spec.sources[1].url'],
    ['.spec.sources[name="b"].ignore.text', 'spec.sources[1].ignore.text'],
    ['.spec.sources[name="gone"].url', 'spec.sources[name="gone"].url'],
    ['.spec.sources[name="a]"].url', 'spec.sources[name="a]"].url'],
    ['.spec.tags[="two"]', 'spec.tags[1]'],
    ['.metadata.labels.example.com/team', 'metadata.labels["example.com/team"]'],
    ['.metadata.annotations.note', 'metadata.annotations.note'],
    ['', ''],
  ] as const)
    it(`${field || 'of no field'} is ${path || 'the object'}`, () => {
      assert.equal(placeOf(field, sent), path);
    });
});

describe('a cause of the API server', () => {
  for (const [cause, problem] of [
    [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.schedule.interval',
        message: 'Invalid value: "string": must be a duration such as 90s, 15m',
      },
      ['spec.schedule.interval', 'must be a duration such as 90s, 15m'],
    ],
    [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.alerting.maxPerHour',
        message:
          'Invalid value: 1000: spec.alerting.maxPerHour in body should be less than or equal to 100',
      },
      ['spec.alerting.maxPerHour', 'should be less than or equal to 100'],
    ],
    [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.sources[0].url',
        message: 'Invalid value: "http://u:\\"p\\"@x/": must not hold user info: remove it',
      },
      ['spec.sources[0].url', 'must not hold user info: remove it'],
    ],
    [
      {
        reason: 'FieldValueInvalid',
        field: 'spec',
        message: 'Invalid value: {"goal":{"prompt":"a: b"}}: goal needs prompt or promptFrom',
      },
      ['spec', 'goal needs prompt or promptFrom'],
    ],
    [
      {
        reason: 'FieldValueNotSupported',
        field: 'spec.sources[0].fetch',
        message: 'Unsupported value: "Magic": supported values: "Auto", "Http"',
      },
      ['spec.sources[0].fetch', 'supported values: "Auto", "Http"'],
    ],
    [
      {
        reason: 'FieldValueTooLong',
        field: 'spec.description',
        message: 'Too long: may not be more than 500 bytes',
      },
      ['spec.description', 'may not be more than 500 bytes'],
    ],
    [
      { reason: 'FieldValueRequired', field: 'spec.sources[0].url', message: 'Required value' },
      ['spec.sources[0].url', 'is required'],
    ],
    [
      {
        reason: 'FieldValueDuplicate',
        field: 'spec.sources[1]',
        message: 'Duplicate value: {"name":"page"}',
      },
      ['spec.sources[1].name', 'stands twice in the list; it must be unique'],
    ],
    [
      { reason: 'FieldValueInvalid', field: '<nil>', message: 'Invalid value: "": is odd' },
      ['', 'is odd'],
    ],
    [{ reason: 'Other', message: 'words of a later version' }, ['', 'words of a later version']],
  ] as const)
    it(`says "${problem[1]}" of ${problem[0] || 'the object'}`, () => {
      const { path, message } = problemOf(cause);
      assert.deepEqual([path, message], problem);
    });
});

describe('a refusal of the API server', () => {
  it('names each field that others own, and its owner', () => {
    const error = conflict(
      owned('.spec.goal.threshold', 'kubectl'),
      owned('.spec.sources[name="b"].url', 'argo "cd"'),
    );
    const { code, fields, message } = told(error, { spec: { sources: [{ name: 'b' }] } });
    const words = (manager: string): string =>
      `is owned by ${manager}; edit it there, or take it over with kubectl apply --server-side --force-conflicts`;
    assert.deepEqual(fields, [
      { path: 'spec.goal.threshold', message: words('kubectl') },
      { path: 'spec.sources[0].url', message: words('argo "cd"') },
    ]);
    assert.deepEqual([code, message], ['conflict', `spec.goal.threshold ${words('kubectl')}`]);
    assert.equal(isOutdated(error), false);
  });

  it('is outdated when nobody owns anything of it, and may succeed on what is there now', () => {
    assert.equal(isOutdated(conflict()), true);
    assert.match(told(conflict()).message, /changed meanwhile; read it again/);
    assert.equal(isOutdated(apiError(409, { reason: 'AlreadyExists' })), false);
    assert.equal(isOutdated(new Error('x')), false);
  });

  it('leaves out that rules could not be asked because of the other mistakes', () => {
    const causes = [
      { reason: 'FieldValueRequired', field: 'spec.sources[0].url', message: 'Required value' },
      {
        reason: 'FieldValueInvalid',
        field: '<nil>',
        message:
          'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      },
    ];
    const { fields, message } = told(apiError(422, { reason: 'Invalid', details: { causes } }));
    assert.deepEqual(fields, [{ path: 'spec.sources[0].url', message: 'is required' }]);
    assert.equal(message, 'The MonitorJob is not valid: spec.sources[0].url: is required');
  });

  for (const [what, error, code, words] of [
    [
      'a policy',
      apiError(422, {
        message:
          "monitorjobs \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: you may not get secret hook",
      }),
      'unprocessable',
      /^you may not get secret hook$/,
    ],
    [
      'a quota',
      apiError(403, { message: 'monitorjobs "x" is forbidden: exceeded quota: few, used: 1' }),
      'unprocessable',
      /exceeded quota: few/,
    ],
    [
      'a namespace that ends',
      apiError(403, {
        message:
          'monitorjobs "x" is forbidden: unable to create new content in namespace team-a because it is being terminated',
      }),
      'unprocessable',
      /being terminated/,
    ],
    [
      'missing rights, without the account',
      apiError(403, {
        message: 'monitorjobs "x" is forbidden: User "system:serviceaccount:a:b" cannot patch',
      }),
      'forbidden',
      /^duckmon may not do this with a MonitorJob in the namespace team-a; its service account needs the Role there$/,
    ],
    [
      'a namespace that is missing',
      apiError(404, { message: 'namespaces "team-a" not found' }),
      'unprocessable',
      /kubectl create namespace team-a/,
    ],
    [
      'CRDs that are missing',
      apiError(404, { message: 'the server could not find the requested resource' }),
      'unavailable',
      /CRDs/,
    ],
    [
      'an object that is gone',
      apiError(404, { message: 'x not found' }),
      'not_found',
      /named shop/,
    ],
    ['a taken name', apiError(409, { reason: 'AlreadyExists' }), 'conflict', /shop exists already/],
    ['too large an object', apiError(413), 'too_large', /too large/],
    ['credentials that are no good', apiError(401), 'unavailable', /not responding/],
    ['a busy server', apiError(429), 'unavailable', /try again/],
    ['a broken server', apiError(500), 'unavailable', /try again/],
    ['no answer', new NoAnswerError('timeout', 'x'), 'unavailable', /try again/],
    ['no words at all', apiError(422), 'unprocessable', /^The MonitorJob is not valid$/],
  ] as const)
    it(`tells of ${what}`, () => {
      const known = told(error);
      assert.equal(known.code, code);
      assert.match(known.message, words);
      assert.equal(known.cause, error);
    });

  it('leaves errors of others alone', () => {
    const error = new Error('x');
    assert.equal(toHttpError(error, asked), error);
  });
});
