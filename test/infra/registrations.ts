import { readdirSync } from 'node:fs';
import { jest } from '@jest/globals';

/** What a file of `functions/` registers. */
export interface Registration {
  name: string;
  trigger: 'http' | 'storageQueue' | 'timer';
  options: { route?: string; queueName?: string; handler: (...input: unknown[]) => unknown };
}

/** Enough to start; nothing is called before a function is. */
const settings = {
  AzureWebJobsStorage__accountName: 'account',
  GRACEWATCH_TENANTS: '[{"id":"11111111-2222-4333-8444-555555555555","name":"Contoso"}]',
  GRACEWATCH_CREDENTIAL: 'managed-identity',
};

/** Loads every function as the deployed app would, with a stand-in for the library that takes the registrations. */
export async function readRegistrations(): Promise<Registration[]> {
  const registered: Registration[] = [];
  const take =
    (trigger: Registration['trigger']) =>
    (name: string, options: Registration['options']): void => {
      registered.push({ name, trigger, options });
    };
  jest.unstable_mockModule('@azure/functions', () => ({
    app: { http: take('http'), storageQueue: take('storageQueue'), timer: take('timer') },
  }));
  process.env = { ...settings };
  const folder = new URL('../../functions/', import.meta.url);
  for (const file of readdirSync(folder).sort()) await import(new URL(file, folder).href);
  return registered;
}
