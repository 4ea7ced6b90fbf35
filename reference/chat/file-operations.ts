import * as z from 'zod/mini'
import { lengthRequired } from '../../src/dialects/chat/errors'
import * as requests from '../../src/dialects/chat/requests'
import { type Operation, refusedBodies } from '../describe'
import { notLetIn, userAnswer, uuid } from './examples'
import { Failure, ok } from './shapes'

/** Photos, and the uploads that they rest on. */

const photo = { id: uuid, fileType: 'png', fileSize: 100_000 }
const anotherPhoto = (change: object) => ({ photo: { ...photo, ...change } })

const { fileName: FileName } = requests.UploadHead.shape

const file = { status: 200, description: 'The file.' }

export const fileOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/users/me/photos',
    operationId: 'addPhoto',
    tag: 'Files',
    summary: 'Add a photo',
    description:
      'It has to be an upload of one’s own. Its size is that of the upload, whatever is said.',
    security: ['bearer'],
    body: { schema: requests.PhotoBody, examples: { 'an upload': { photo } } },
    refused: refusedBodies(
      { photo },
      anotherPhoto({ id: 'my cat' }),
      anotherPhoto({ fileType: '' }),
      anotherPhoto({ fileSize: -1 }),
      anotherPhoto({ previewWidth: 0 }),
      anotherPhoto({ previewHeight: 0 }),
    ),
    answers: [userAnswer],
    failures: [
      ...notLetIn,
      { code: 'invalid_input', issues: [{ field: 'photo', rule: 'too_long' }] },
      'upload_not_found',
    ],
  },
  {
    method: 'delete',
    path: '/users/me/photos/:photoId',
    operationId: 'deletePhoto',
    tag: 'Files',
    summary: 'Delete a photo',
    description: 'And its file.',
    security: ['bearer'],
    params: requests.PhotoPath,
    parameters: { photoId: { example: uuid } },
    answers: [ok],
    failures: [
      ...notLetIn,
      { code: 'invalid_input', issues: [{ field: 'photoId', rule: 'format' }] },
      'photo_not_found',
      'forbidden',
    ],
  },
  {
    method: 'post',
    path: '/uploads',
    operationId: 'uploadFile',
    tag: 'Files',
    summary: 'Upload a file',
    description:
      'Of 50 MB at most. `Content-Type` says what it is, such as `image/png`, and `Content-Length` how long.',
    security: ['bearer'],
    headers: z.object({ 'File-Name': z.optional(FileName) }),
    parameters: {
      'File-Name': { description: 'Where it is left out a name is made up.', example: uuid },
    },
    body: { types: ['*/*'] },
    answers: [
      {
        status: 200,
        description: 'The name of the file, with its type.',
        type: 'text/plain',
        schema: z.string(),
        examples: { 'a picture': `${uuid}.png` },
      },
      {
        status: lengthRequired.status,
        description: 'Length Required.',
        schema: Failure,
        examples: { [lengthRequired.body.reason]: lengthRequired.body },
      },
    ],
    failures: [
      ...notLetIn,
      { code: 'invalid_input', issues: [{ field: 'fileName', rule: 'format' }] },
      { code: 'invalid_input', issues: [{ field: 'fileType', rule: 'format' }] },
      { code: 'invalid_input', issues: [{ field: 'file', rule: 'format' }] },
      { code: 'taken', fields: ['fileName'] },
      'upload_too_large',
      'too_many_attempts',
    ],
  },
  {
    method: 'get',
    path: '/uploads/:file',
    operationId: 'getFile',
    tag: 'Files',
    summary: 'Get a file',
    description: 'A picture is shown as one, anything else is a download.',
    headers: z.object({ 'If-None-Match': z.optional(z.string()) }),
    parameters: {
      file: { description: 'Its name, with its type.', example: `${uuid}.png` },
      'If-None-Match': { description: 'The `ETag` of a copy that is already there.' },
    },
    answers: [
      ...['image/png', 'image/jpeg', 'image/gif', 'application/octet-stream'].map((type) => {
        return { ...file, type, headers: { ETag: { description: 'Of this content.' } } }
      }),
      { status: 304, description: 'The copy is still the same.' },
    ],
    failures: ['upload_not_found'],
  },
]
