// The options of the sandbox and their defaults.
import { parseArgs } from 'node:util';
import { StartFailure } from './support/start-failure.ts';
import { isAcceptable } from './support/token.ts';

export interface Limits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Bytes of a request's headers, its address included. */
  readonly headerBytes: number;
  /** The longest time for a whole request to arrive (ms). */
  readonly requestTime: number;
  /** Events of one request to the collector. */
  readonly requestEvents: number;
  /** Ids of one subscription, or of one pushed intervention. */
  readonly subscriptionIds: number;
  /** Identifiers of one request for attributes. */
  readonly readIdentifiers: number;
  /** Subscribers at a time. */
  readonly streams: number;
  /** Bytes that a subscriber may leave waiting before it is closed. */
  readonly waitingBytes: number;
  /** Between two heartbeats (ms). */
  readonly heartbeat: number;
  /** The time for which an intervention can be sent again, or waits for its first subscriber (ms). */
  readonly replayAge: number;
  /** The number of interventions that are kept for that. */
  readonly replayEntries: number;
  /** Bytes of the interventions that are kept for that, as JSON. */
  readonly replayBytes: number;
  /** Profiles that the engine keeps. */
  readonly profiles: number;
  /** Marks of what was sent that the engine keeps. */
  readonly sentMarks: number;
  /** Sessions that have event logs. */
  readonly loggedSessions: number;
  /** Bytes of all event logs, as JSON. */
  readonly loggedBytes: number;
  /** Events that are kept for trying attribute groups and interventions. */
  readonly recentEvents: number;
  /** Bytes of these events, as JSON. */
  readonly recentBytes: number;
  /** Inputs that are kept after the engine has failed on them. */
  readonly deadLetters: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 32 * 1024,
  requestTime: 60_000,
  requestEvents: 1000,
  subscriptionIds: 20,
  readIdentifiers: 100,
  streams: 2000,
  waitingBytes: 256 * 1024,
  heartbeat: 15_000,
  replayAge: 5 * 60_000,
  replayEntries: 100_000,
  replayBytes: 64 * 1024 * 1024,
  profiles: 100_000,
  sentMarks: 10_000_000,
  loggedSessions: 10_000,
  loggedBytes: 16 * 1024 * 1024,
  recentEvents: 10_000,
  recentBytes: 16 * 1024 * 1024,
  deadLetters: 1000,
};

export interface Options {
  /** The address to listen at; `localhost` are both loopback addresses. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The folder of all that is kept. */
  readonly data: string;
  /** Default: the one in the data folder, which is made at the first start. */
  readonly token: string | undefined;
  /** Pages of these origins may call, besides the sandbox's own. */
  readonly origins: readonly string[];
  /** Names by which the sandbox may be called, besides those of this machine for itself. */
  readonly hostNames: readonly string[];
  readonly limits: Limits;
}

/** The demo shop's own address. */
export const defaultOrigins: readonly string[] = ['http://127.0.0.1:8080', 'http://localhost:8080'];

/** The longest time of a timer in Node, and the largest number that its HTTP server takes for headers. */
const highestLimit = 2 ** 31 - 1;

export const usage = `usage: start [OPTION]...

  --port N               listens at port N (default 8787; 0 takes a free one)
  --host ADDRESS         listens at ADDRESS (default localhost: this machine only)
  --data FOLDER          keeps its state there (default demo-shop/.sandbox)
  --token TOKEN          takes this token, of at least 16 characters; the environment's SANDBOX_TOKEN does the same
                         (default: its own)
  --allow-origin ORIGIN  lets pages of ORIGIN call; may be repeated (default: the demo shop's)
  --allow-host NAME      may be called by NAME; may be repeated
  --limit NAME=NUMBER    changes a limit, from 1 to ${highestLimit}; may be repeated. Limits and defaults:
${Object.entries(defaultLimits)
  .map(([name, value]) => `                           ${name}=${value}`)
  .join('\n')}`;

/** Returns undefined if the arguments do not have this form. `defaultData` is the folder if the arguments name none. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  defaultData: string,
): Options | StartFailure | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: 'localhost' },
        data: { type: 'string', default: defaultData },
        token: { type: 'string' },
        'allow-origin': { type: 'string', multiple: true },
        'allow-host': { type: 'string', multiple: true },
        limit: { type: 'string', multiple: true },
      },
    });
    const port = readNumber(values.port);
    if (port === undefined || port > 65535) return undefined;
    const limits = readLimits(values.limit ?? []);
    if (limits === undefined || limits instanceof StartFailure) return limits;
    const token = values.token ?? environment['SANDBOX_TOKEN'];
    if (token !== undefined && !isAcceptable(token)) return new StartFailure(badToken);
    return {
      host: values.host,
      port,
      data: values.data,
      token,
      origins: values['allow-origin'] ?? defaultOrigins,
      hostNames: values['allow-host'] ?? [],
      limits,
    };
  } catch {
    return undefined;
  }
}

const badToken =
  'The token that --token or SANDBOX_TOKEN gives must have at least 16 characters: letters, digits and signs, no spaces. ' +
  'Leave both out to get one made.';

function readLimits(settings: readonly string[]): Limits | StartFailure | undefined {
  const limits: Record<string, number> = { ...defaultLimits };
  for (const setting of settings) {
    const [, name = '', text = ''] = /^(\w+)=(\d+)$/.exec(setting) ?? [];
    const value = readNumber(text);
    if (value === undefined || !Object.hasOwn(defaultLimits, name)) return undefined;
    if (value < 1 || value > highestLimit)
      return new StartFailure(`The limit ${name} must be from 1 to ${highestLimit}, not ${text}.`);
    limits[name] = value;
  }
  return limits as unknown as Limits;
}

function readNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
