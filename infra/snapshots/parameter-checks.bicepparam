using 'parameter-checks.bicep'
