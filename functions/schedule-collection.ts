import { app } from '@azure/functions';
import { runtime } from '../shared/runtime.ts';

app.timer('schedule-collection', {
  schedule: '0 */5 * * * *',
  handler: (_timer, context) => runtime.scheduleCollection(context),
});
