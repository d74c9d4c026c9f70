import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Problem } from '../wire/views';

export const API = 'daglab/api/v1';

/** A request that the server refused or that did not reach it. */
export class RequestError extends Error {
  /** `status` is 0 where no answer came. */
  constructor(
    readonly problem: Problem,
    readonly status: number
  ) {
    super(`${problem.title}: ${problem.detail}`);
  }
}

/** Send a request to the server half of daglab. Rejects with `RequestError` only. */
export async function request<T>(
  settings: ServerConnection.ISettings,
  path: string,
  init: RequestInit = {}
): Promise<T> {
  const url = URLExt.join(settings.baseUrl, API, path);
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    const problem = {
      title: 'The server cannot be reached',
      detail: error instanceof Error ? error.message : String(error),
      hint: 'Check that the Jupyter server is running.'
    };
    throw new RequestError(problem, 0);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) {
    return body as T;
  }
  throw new RequestError(problemOf(response, body), response.status);
}

function problemOf(response: Response, body: unknown): Problem {
  if (isProblem(body)) {
    return body;
  }
  if (response.status === 404) {
    return {
      title: 'daglab is not running in this server',
      detail: 'The Jupyter server has no daglab server extension.',
      hint: 'Run "pip install daglab" in the environment of the server, check that "jupyter server extension list" names daglab, and restart the server.'
    };
  }
  return {
    title: `The server answered ${response.status}`,
    detail: response.statusText,
    hint: 'The log of the Jupyter server says more.'
  };
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'hint' in body;
}
