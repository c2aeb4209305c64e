import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.storageQueue('evaluate-licence', {
  queueName: runtime.names.queues.evaluateLicence,
  connection: 'AzureWebJobsStorage',
  handler: runtime.evaluateSubjects('licence'),
});
