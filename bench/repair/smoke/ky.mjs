import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import ky, { HTTPError, TimeoutError } from '../distribution/index.js';

let calls = 0;
const server = createServer((request, response) => {
  calls += 1;
  if (request.url === '/slow') return;
  if (request.url === '/flaky' && calls % 2) response.statusCode = 503;
  if (request.url === '/none') response.statusCode = 404;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, x: request.headers['x-test'] }));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${server.address().port}`;
try {
  assert.deepEqual(await ky.get(`${base}/a`, { searchParams: { b: 1 } }).json(), { method: 'GET', url: '/a?b=1' });
  assert.equal((await ky.post(`${base}/p`, { json: { q: 2 }, headers: { 'x-test': 'yes' } }).json()).x, 'yes');
  await assert.rejects(ky(`${base}/none`), (error) => error instanceof HTTPError && error.response.status === 404);
  await assert.rejects(ky(`${base}/slow`, { timeout: 50, retry: 0 }), (error) => error instanceof TimeoutError);
  const own = ky.create({ prefixUrl: base, hooks: { beforeRequest: [(request) => { request.headers.set('x-test', 'hook'); }] } });
  assert.equal((await own('h').json()).x, 'hook');
  calls = 0;
  assert.equal((await own.extend({ retry: { limit: 2, backoffLimit: 1 } }).get('flaky').json()).url, '/flaky');
} finally {
  server.closeAllConnections();
  server.close();
}
