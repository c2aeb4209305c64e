/** A product and some of its service plans, enough for records of a realistic size. */
export interface Product {
  skuId: string;
  partNumber: string;
  plans: readonly ServicePlan[];
}

interface ServicePlan {
  id: string;
  /** `EXCHANGE_S_ENTERPRISE`. */
  name: string;
  /** As AssignedPlan names it: the service before the slash. */
  service: string;
}

/** What somebody holds: a product, with the plans that are switched off in it. */
export interface Holding {
  product: Product;
  disabledPlans?: readonly string[];
  /** The id of the group that grants it; without one it is direct. */
  groupId?: string;
}

const plan = (service: string, name: string, id: string): ServicePlan => ({ id, name, service });

const basicPlans = [
  plan('exchange', 'EXCHANGE_S_ENTERPRISE', 'efb87545-963c-4e0d-99df-69c6916d9eb0'),
  plan('SharePoint', 'SHAREPOINTENTERPRISE', '5dbe027f-2339-4123-9542-606e4d348a72'),
  plan('SharePoint', 'SHAREPOINTWAC', 'e95bec33-7c88-4a70-8e19-b10bd9d0c014'),
  plan('TeamspaceAPI', 'TEAMS1', '57ff2da0-773e-42df-b2af-ffb7a2317929'),
  plan('MicrosoftOffice', 'OFFICESUBSCRIPTION', '43de0ff5-c92c-492b-9116-175376d08c38'),
  plan('MicrosoftCommunicationsOnline', 'MCOSTANDARD', '0feaeb32-d00e-4d66-bd5a-43b5b83db82c'),
  plan('SCO', 'INTUNE_O365', '882e1d05-acd1-4ccb-8708-6ee03664b117'),
  plan('YammerEnterprise', 'YAMMER_ENTERPRISE', '7547a3fe-08ee-4ccb-b430-5077c5041653'),
  plan('ProjectWorkManagement', 'PROJECTWORKMANAGEMENT', 'b737dad2-2f6c-4c65-90e3-ca563267e8b9'),
  plan('Sway', 'SWAY', 'a23b959c-7ce8-4e57-9140-b90eb88a9e97'),
  plan('RMSOnline', 'RMS_S_ENTERPRISE', 'bea4c11e-220a-4e6d-8eb8-8ea15d019f90'),
  plan('Bing', 'MICROSOFT_SEARCH', '94065c59-bc8e-4e8b-89e5-5138d471eaff'),
];

export const office365E3: Product = {
  skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900',
  partNumber: 'ENTERPRISEPACK',
  plans: [
    ...basicPlans,
    plan('OfficeForms', 'FORMS_PLAN_E3', '2789c901-c14e-48ab-a76a-be334d9d793a'),
    plan('MicrosoftStream', 'STREAM_O365_E3', '9e700747-8b1d-45e5-ab8d-ef187ceec156'),
    plan('ProcessSimple', 'FLOW_O365_P2', '76846ad7-7776-4c40-a281-a386362dd1b9'),
    plan('PowerAppsService', 'POWERAPPS_O365_P2', 'c68f8d98-5534-41c8-bf36-22fa496fa792'),
    plan('To-Do', 'BPOS_S_TODO_2', 'c87f142c-d1e9-4363-8630-aaea9c4d9ae5'),
  ],
};

export const office365E5: Product = {
  skuId: 'c7df2760-2c81-4ef7-b578-5b5392b571df',
  partNumber: 'ENTERPRISEPREMIUM',
  plans: [
    ...basicPlans,
    plan('OfficeForms', 'FORMS_PLAN_E5', 'e212cbc7-0961-4c40-9825-01117710dcb1'),
    plan('MicrosoftStream', 'STREAM_O365_E5', '6c6042f5-6f01-4d67-b8c1-eb99d36eed3e'),
    plan('ProcessSimple', 'FLOW_O365_P3', '07699545-9485-468e-95b6-2fca3738be01'),
    plan('PowerAppsService', 'POWERAPPS_O365_P3', '9c0dab89-a30c-4117-86e7-97bda240acd2'),
    plan('To-Do', 'BPOS_S_TODO_3', '3fb82609-8c27-4f7b-bd51-30634711ee67'),
    plan('PowerBI', 'BI_AZURE_P2', '70d33638-9c74-4d01-bfd3-562de28bd4ba'),
    plan('MicrosoftCommunicationsOnline', 'MCOMEETADV', '3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40'),
    plan('MicrosoftCommunicationsOnline', 'MCOEV', '4828c8ec-dc2e-4779-b502-87ac9ce28ab7'),
    plan('exchange', 'EXCHANGE_ANALYTICS', '34c0d7a0-a70f-4668-9238-47f9fc208882'),
    plan('exchange', 'LOCKBOX_ENTERPRISE', '9f431833-0334-42de-a7dc-70aa40db46db'),
    plan('Adallom', 'ADALLOM_S_O365', '8c098270-9dd4-4350-9b30-ba4703f3b36b'),
  ],
};

export const mobilityE3: Product = {
  skuId: 'efccb6f7-5641-4e0e-bd10-b4976e1bf68e',
  partNumber: 'EMS',
  plans: [
    plan('AADPremiumService', 'AAD_PREMIUM', '41781fb2-bc02-4b7c-bd55-b576c07bb09d'),
    plan('SCO', 'INTUNE_A', 'c1ec4a95-1f05-45b3-a911-aa3fa01094f5'),
    plan('MultiFactorService', 'MFA_PREMIUM', '8a256a2b-b617-496d-b51b-e76466e88db0'),
    plan('RMSOnline', 'RMS_S_ENTERPRISE', 'bea4c11e-220a-4e6d-8eb8-8ea15d019f90'),
  ],
};

export const visioPlan2: Product = {
  skuId: 'c5928f49-12ba-48f7-ada3-0d743a3601d5',
  partNumber: 'VISIOCLIENT',
  plans: [
    plan('MicrosoftOffice', 'VISIO_CLIENT_SUBSCRIPTION', '663a804f-1c30-4ff0-9915-9db84f0d1cea'),
    plan('WhiteboardServices', 'VISIOONLINE', '2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f'),
  ],
};
