import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('record-signals', {
  queueName: runtime.names.queues.signals,
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => runtime.recordSignals(message, context),
});
