/** What the page is told of its surroundings; the export itself knows no pool and no address. */
export interface BrowserConfig {
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  /** Where sign-in is sent: Cognito's own address, or this machine's. */
  cognitoEndpoint: string;
}

let reading: Promise<BrowserConfig> | null = null;

export function readConfig(): Promise<BrowserConfig> {
  reading ??= fetch("/config.json").then(async (response) => {
    if (!response.ok) throw new TypeError(`/config.json answered ${response.status}`);
    return (await response.json()) as BrowserConfig;
  });
  reading.catch(() => {
    reading = null; // the next call tries again
  });
  return reading;
}
