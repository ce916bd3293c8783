// The API as tests call it: a method, a path and a body, with the secret key of a workspace.

// biome-ignore lint/suspicious/noExplicitAny: an answer is JSON whose shape each test checks
export type Answer = { status: number; body: any };

export async function callApi(
  { address, key }: { address: string; key: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${address}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}
