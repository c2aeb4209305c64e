import { rules } from '#rules';
import { activityApi } from './adapters/activity-api.ts';
