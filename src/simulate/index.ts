export { intents } from './intent.ts';
export { type ClearType, clearTypes } from './manner.ts';
export { drawRegister, type RegisterSettings, registerColumns } from './register.ts';
export { readSettings, type ShopSettings, shopSettingsSchema } from './settings.ts';
export { type Anomaly, openShop, type Shop, type Truth, type Uplift } from './shop.ts';
export type { SegmentMessage } from './wire.ts';
