import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.timer('report-poison', {
  schedule: '30 */5 * * * *',
  handler: (timer, context) => runtime.reportPoison(timer, context),
});
