import type { TwoMonths } from './two-months.ts';

const flat = (id: string, meter: string, unitAmount: string) => ({ id, meter, unitAmount });

/** The first hundred at 10, then at 5. */
const LADDER = {
  id: 'price_ladder',
  meter: 'cpu',
  billingScheme: 'tiered',
  tiersMode: 'graduated',
  tiers: [
    { upTo: '100', unitAmount: '10', flatAmount: null },
    { upTo: null, unitAmount: '5', flatAmount: null },
  ],
} as const;

const on = (price: string) => [{ price }];

/** Every part, with figures that can be followed by hand; amounts in cents. */
export const FLEET: TwoMonths = {
  meters: ['cpu', 'disk'],
  prices: [
    flat('price_3', 'cpu', '3'),
    flat('price_4', 'cpu', '4'),
    LADDER,
    flat('price_disk', 'disk', '2'),
    { ...flat('price_jpy', 'cpu', '5'), currency: 'jpy' },
  ],
  customers: [
    { id: 'cus_more', name: 'Globex', items: on('price_3') },
    { id: 'cus_tiers', items: on('price_ladder') },
    {
      id: 'cus_price',
      items: [
        { price: 'price_3', in: 'april' },
        { price: 'price_4', in: 'may' },
      ],
    },
    { id: 'cus_new', items: on('price_3') },
    { id: 'cus_lost', items: on('price_3') },
    { id: 'cus_credit', items: on('price_3') },
    { id: 'cus_edited', items: on('price_3') },
    { id: 'cus_disk', items: [{ price: 'price_3' }, { price: 'price_disk', in: 'may' }] },
    { id: 'cus_late', items: on('price_3') },
    { id: 'cus_missing', items: on('price_3') },
    { id: 'cus_draft', items: on('price_3') },
    { id: 'cus_yen', currency: 'jpy', items: on('price_jpy') },
  ],
  april: {
    'cus_more cpu': '1000',
    'cus_tiers cpu': '100',
    'cus_price cpu': '100',
    'cus_lost cpu': '10',
    'cus_credit cpu': '100',
    'cus_edited cpu': '100',
    'cus_disk cpu': '10',
    'cus_late cpu': '10',
    'cus_missing cpu': '50',
    'cus_draft cpu': '50',
    'cus_yen cpu': '100',
  },
  may: {
    'cus_more cpu': '2000',
    'cus_tiers cpu': '200',
    'cus_price cpu': '150',
    'cus_new cpu': '10',
    'cus_credit cpu': '100',
    'cus_edited cpu': '100',
    'cus_disk cpu': '10',
    'cus_disk disk': '40',
    'cus_late cpu': '10',
    'cus_missing cpu': '50',
    'cus_draft cpu': '50',
    'cus_yen cpu': '90',
  },
  lines: [
    { customer: 'cus_more', price: 'price_3', in: 'april', quantity: '1000', amount: 3000 },
    { customer: 'cus_more', price: 'price_3', in: 'may', quantity: '2000', amount: 6000 },
    { customer: 'cus_tiers', price: 'price_ladder', in: 'april', quantity: '100', amount: 1000, invoice: 'in_t1' },
    { customer: 'cus_tiers', price: 'price_ladder', in: 'may', quantity: '100', amount: 1000, invoice: 'in_t2' },
    { customer: 'cus_tiers', price: 'price_ladder', in: 'may', quantity: '100', amount: 500, invoice: 'in_t2' },
    { customer: 'cus_price', price: 'price_3', in: 'april', quantity: '100', amount: 300 },
    { customer: 'cus_price', price: 'price_4', in: 'may', quantity: '150', amount: 600 },
    { customer: 'cus_new', price: 'price_3', in: 'may', quantity: '10', amount: 30 },
    { customer: 'cus_lost', price: 'price_3', in: 'april', quantity: '10', amount: 30 },
    { customer: 'cus_credit', price: 'price_3', in: 'april', quantity: '100', amount: 300 },
    { customer: 'cus_credit', price: 'price_3', in: 'may', quantity: '100', amount: 300, off: 50 },
    { customer: 'cus_edited', price: 'price_3', in: 'april', quantity: '100', amount: 300 },
    { customer: 'cus_edited', price: 'price_3', in: 'may', quantity: '100', amount: 298 },
    { customer: 'cus_disk', price: 'price_3', in: 'april', quantity: '10', amount: 30 },
    { customer: 'cus_disk', price: 'price_3', in: 'may', quantity: '10', amount: 30 },
    { customer: 'cus_disk', price: 'price_disk', in: 'may', quantity: '40', amount: 80 },
    { customer: 'cus_late', price: 'price_3', in: 'april', quantity: '10', amount: 30 },
    { customer: 'cus_late', price: 'price_3', in: 'may', quantity: '10', amount: 30 },
    { customer: 'cus_missing', price: 'price_3', in: 'april', quantity: '50', amount: 150 },
    { customer: 'cus_draft', price: 'price_3', in: 'april', quantity: '50', amount: 150 },
    { customer: 'cus_draft', price: 'price_3', in: 'may', quantity: '50', amount: 150, status: 'draft' },
    { customer: 'cus_yen', price: 'price_jpy', in: 'april', quantity: '100', amount: 500, currency: 'jpy' },
    { customer: 'cus_yen', price: 'price_jpy', in: 'may', quantity: '90', amount: 450, currency: 'jpy' },
  ],
  corrections: [
    { customer: 'cus_late', meter: 'cpu', amount: 7 },
    { customer: 'cus_late', meter: 'cpu', amount: 1000, isVoid: true },
  ],
};
